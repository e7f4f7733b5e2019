"""Writes the documents beside this file, and for each the words a reader sees.

They are made by other programs than the one that is tested:

    pip install python-docx python-pptx openpyxl odfpy ebooklib reportlab xlwt pandas pyarrow
    python make.py
"""

import pathlib

import docx
import pandas
import xlwt
from ebooklib import epub
from odf import opendocument, style, table, text
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib import pagesizes
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

HERE = pathlib.Path(__file__).parent
TITLE = "The Lighthouse of Grönhavn"
BODY = [
    "The lighthouse was built in 1874 on a rock that seamen called the Anvil, two miles off the coast.",
    "Its lamp burned rapeseed oil until 1907; afterwards it was lit by gas, and from 1952 by electricity.",
    "“Nobody,” the last keeper wrote, “who has heard the storm of 1911 can sleep when the wind turns west.”",
]
SECTION = "Keepers and visitors"
LIST = ["Trim the wick every four hours", "Wind the clockwork at dusk", "Enter the weather in the log"]
AFTER = "Visitors reach the tower at low tide & should not stay for more than an hour."
COLUMNS = ["keeper", "from", "salary", "remark"]
ROWS = [
    ["Astrid Lund", 1874, 410.5, "first, and longest on the rock"],
    ["Olav Bjørn", 1899, 455.25, ""],
    ["Márta Šimek", 1931, 620, "wrote the log in verse"],
]


def said(name, *parts):
    """The words of a document, part by part in their order."""
    (HERE / f"{name}.words").write_text("\n".join(str(part) for part in parts) + "\n")


def cells():
    return [[str(cell) for cell in row] for row in [COLUMNS, *ROWS]]


def flat(rows):
    return [" ".join(cell for cell in row if cell) for row in rows]


def record_words(rows=ROWS):
    """A row as `column: value` lines, without the empty cells."""
    pairs = [(c, v) for row in rows for c, v in zip(COLUMNS, row) if v != ""]
    return [f"{column}: {value}" for column, value in pairs]


def make_docx():
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Running header"
    section.footer.paragraphs[0].text = "Running footer"
    document.add_heading(TITLE, 0)
    for paragraph in BODY:
        document.add_paragraph(paragraph)
    document.add_heading(SECTION, 2)
    for item in LIST:
        document.add_paragraph(item, style="List Bullet")
    grid = document.add_table(rows=0, cols=len(COLUMNS))
    for row in cells():
        for cell, value in zip(grid.add_row().cells, row):
            cell.text = value
    mixed = document.add_paragraph("Visitors reach the ")
    mixed.add_run("tower").bold = True
    mixed.add_run(AFTER.removeprefix("Visitors reach the tower")).italic = True
    document.save(HERE / "lighthouse.docx")
    said("lighthouse.docx", TITLE, *BODY, SECTION, *LIST, *flat(cells()), AFTER)


def make_pptx():
    deck = Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text, first.placeholders[1].text = TITLE, BODY[0]
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = SECTION
    second.placeholders[1].text = "\n".join(LIST)
    second.notes_slide.notes_text_frame.text = BODY[1]
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "Table"
    grid = third.shapes.add_table(4, 4, Inches(1), Inches(2), Inches(8), Inches(2)).table
    for r, row in enumerate(cells()):
        for c, value in enumerate(row):
            grid.cell(r, c).text = value
    deck.save(HERE / "lighthouse.pptx")
    said("lighthouse.pptx", TITLE, BODY[0], SECTION, *LIST, BODY[1], "Table", *flat(cells()))


def make_sheets():
    book = Workbook()
    sheet = book.active
    sheet.title = "Keepers"
    for row in [COLUMNS, *ROWS]:
        sheet.append(row)
    more = book.create_sheet("Dates")
    more.append(["what", "when"])
    more.append(["storm", pandas.Timestamp("1911-11-17").to_pydatetime()])
    more.append(["open", True])
    book.save(HERE / "lighthouse.xlsx")
    dates = ["what: storm", "when: 1911-11-17", "what: open", "when: true"]
    said("lighthouse.xlsx", "Keepers", *record_words(), "Dates", *dates)

    book = xlwt.Workbook()
    sheet = book.add_sheet("Keepers")
    for r, row in enumerate([COLUMNS, *ROWS]):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    book.save(str(HERE / "lighthouse.xls"))
    said("lighthouse.xls", "Keepers", *record_words())


def odf_table(rows, name):
    grid = table.Table(name=name)
    for row in rows:
        line = table.TableRow()
        for value in row:
            if isinstance(value, str):
                cell = table.TableCell(valuetype="string")
            else:
                cell = table.TableCell(valuetype="float", value=value)
            cell.addElement(text.P(text=str(value)))
            line.addElement(cell)
        grid.addElement(line)
    return grid


def make_odf():
    document = opendocument.OpenDocumentText()
    document.text.addElement(text.H(outlinelevel=1, text=TITLE))
    for paragraph in BODY:
        document.text.addElement(text.P(text=paragraph))
    document.text.addElement(text.H(outlinelevel=2, text=SECTION))
    items = text.List()
    for item in LIST:
        entry = text.ListItem()
        entry.addElement(text.P(text=item))
        items.addElement(entry)
    document.text.addElement(items)
    document.text.addElement(odf_table(cells(), "Keepers"))
    last = text.P(text="Visitors reach the ")
    last.addElement(text.Span(text="tower"))
    last.addText(AFTER.removeprefix("Visitors reach the tower"))
    document.text.addElement(last)
    document.save(str(HERE / "lighthouse.odt"))
    said("lighthouse.odt", TITLE, *BODY, SECTION, *LIST, *flat(cells()), AFTER)

    document = opendocument.OpenDocumentSpreadsheet()
    document.spreadsheet.addElement(odf_table([COLUMNS, *ROWS], "Keepers"))
    document.save(str(HERE / "lighthouse.ods"))
    said("lighthouse.ods", "Keepers", *record_words())


def html_table(rows):
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def html_body():
    paragraphs = "".join(f"<p>{paragraph}</p>\n" for paragraph in BODY)
    items = "".join(f"<li>{item}</li>" for item in LIST)
    after = AFTER.replace("&", "&amp;").replace("tower", "<b>tower</b>")
    return (
        f"<h1>{TITLE}</h1>\n{paragraphs}<h2>{SECTION}</h2><ul>{items}</ul>"
        f"{html_table(cells())}<p>{after}</p>"
    )


def make_epub():
    book = epub.EpubBook()
    book.set_identifier("lighthouse")
    book.set_title(TITLE)
    book.set_language("en")
    chapters = [
        epub.EpubHtml(title="One", file_name="one.xhtml", content=html_body()),
        epub.EpubHtml(title="Two", file_name="deep/two.xhtml", content=f"<p>{BODY[0]}</p>"),
    ]
    for chapter in chapters:
        book.add_item(chapter)
    book.toc = tuple(chapters)
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    book.spine = ["nav", *chapters]
    epub.write_epub(HERE / "lighthouse.epub", book)
    words = [TITLE, *BODY, SECTION, *LIST, *flat(cells()), AFTER]
    said("lighthouse.epub", *words, "Two", BODY[0])


def decorated(canvas, document):
    canvas.saveState()
    canvas.setFont("Times-Roman", 9)
    canvas.drawString(72, 800, "Harbour office, annual report")
    canvas.drawCentredString(297, 30, f"Page {document.page} of 4")
    canvas.restoreState()


def make_pdf():
    styles = getSampleStyleSheet()
    document = SimpleDocTemplate(str(HERE / "lighthouse.pdf"), pagesize=pagesizes.A4, invariant=1)
    story, words = [], []
    for chapter in range(4):
        title = f"{TITLE}, part {chapter + 1}"
        after = f"{AFTER} {['Bring boots', 'No dogs', 'Mind the stairs', 'Closed on Mondays'][chapter]}."
        story += [Paragraph(title, styles["Heading1"])]
        story += [Paragraph(paragraph, styles["BodyText"]) for paragraph in BODY * 2]
        story += [Paragraph(SECTION, styles["Heading2"])]
        story += [ListFlowable([Paragraph(item, styles["BodyText"]) for item in LIST], bulletType="bullet")]
        story += [Table(cells()), Spacer(1, 12), Paragraph(after.replace("&", "&amp;"), styles["BodyText"])]
        story += [PageBreak()]
        words += [title, *BODY * 2, SECTION, *LIST, *flat(cells()), after]
    document.build(story, onFirstPage=decorated, onLaterPages=decorated)
    said("lighthouse.pdf", *words)

    scan = Canvas(str(HERE / "scan.pdf"), invariant=1)
    for _ in range(2):
        scan.rect(72, 72, 300, 300, fill=1)
        scan.showPage()
    scan.save()

    from reportlab.lib import pdfencrypt

    locked = Canvas(str(HERE / "locked.pdf"), encrypt=pdfencrypt.StandardEncryption("secret", strength=128))
    locked.drawString(72, 700, BODY[0])
    locked.save()

    hyphens = Canvas(str(HERE / "hyphens.pdf"), invariant=1)
    lines = ["The keeper of the light-", "house wrote a let-", "ter to the well-known", "harbour master."]
    for index, line in enumerate(lines):
        hyphens.drawString(72, 700 - 14 * index, line)
    hyphens.save()


def make_rtf():
    """As a word processor writes it; by hand, since no package writes RTF."""

    def escaped(value):
        value = value.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
        return "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in value)

    lines = [
        "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\froman Times New Roman;}{\\f1\\fswiss Arial;}}",
        "{\\colortbl;\\red0\\green0\\blue255;}{\\stylesheet{\\s1 heading 1;}}{\\info{\\title Not shown}}",
        "{\\*\\generator Riched20 10.0;}{\\header \\pard Running header\\par}",
        f"\\pard\\s1\\b\\fs32 {escaped(TITLE)}\\b0\\par",
    ]
    lines += [f"\\pard\\fs24 {escaped(paragraph)}\\par" for paragraph in BODY]
    lines += [f"\\pard\\b {SECTION}\\b0\\par"]
    lines += [f"\\pard{{\\pntext\\f3\\'b7\\tab}}{{\\*\\pn\\pnlvlblt}} {item}\\par" for item in LIST]
    for row in cells():
        lines += ["\\trowd\\cellx2000\\cellx4000\\cellx6000\\cellx8000"]
        lines += ["\\intbl " + "".join(f"{escaped(cell)}\\cell " for cell in row) + "\\row"]
    lines += [f"\\pard {escaped(AFTER)}\\par", "{\\pict\\wmetafile8 0100090000}", "caf\\'e9\\par", "}"]
    (HERE / "lighthouse.rtf").write_bytes("\r\n".join(lines).encode("ascii"))
    said("lighthouse.rtf", TITLE, *BODY, SECTION, *LIST, *flat(cells()), AFTER, "café")


def make_text():
    page = f"<html><head><title>Report</title><style>p{{}}</style></head><body>{html_body()}</body></html>"
    (HERE / "lighthouse.html").write_text(page)
    said("lighthouse.html", TITLE, *BODY, SECTION, *LIST, *flat(cells()), AFTER)
    frame = pandas.DataFrame(ROWS, columns=COLUMNS).astype({"salary": float})
    frame.to_parquet(HERE / "lighthouse.parquet")
    frame.to_csv(HERE / "lighthouse.csv", index=False)
    frame.to_csv(HERE / "lighthouse.tsv", index=False, sep="\t")
    frame.to_json(HERE / "lighthouse.json", orient="records")
    frame.to_json(HERE / "lighthouse.jsonl", orient="records", lines=True)
    frame.to_xml(HERE / "lighthouse.xml", index=False)
    rows = [[row[0], row[1], float(row[2]), row[3]] for row in ROWS]
    for name in ["parquet", "csv", "tsv", "json", "jsonl"]:
        said(f"lighthouse.{name}", *record_words(rows))
    said("lighthouse.xml", *(str(cell) for row in rows for cell in row))
    lines = [f"# {TITLE}", *BODY, f"## {SECTION}", *(f"- {item}" for item in LIST), AFTER]
    (HERE / "lighthouse.md").write_text("\n\n".join(lines) + "\n")
    (HERE / "lighthouse.txt").write_bytes("\r\n\r\n".join(lines).encode("utf-16-le"))
    said("lighthouse.md", *lines)
    said("lighthouse.txt", *lines)


for make in [make_docx, make_pptx, make_sheets, make_odf, make_epub, make_pdf, make_rtf, make_text]:
    make()
