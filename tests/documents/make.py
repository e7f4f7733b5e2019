"""Writes the documents beside this file, and for each the words a reader sees.

They are made by other programs than the one that is tested:

    apt install libreoffice
    pip install python-docx python-pptx openpyxl odfpy ebooklib reportlab xlwt pandas pyarrow
    python make.py
"""

import pathlib
import subprocess

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

    running = Canvas(str(HERE / "running.pdf"), invariant=1)
    words = []
    for page in range(1, 6):
        running.setFont("Helvetica-Bold", 16)
        running.drawString(72, 800, "Annual Report 1911")
        if page in (2, 4):
            running.drawString(72, 775, f"Chapter {page}")
            words += [f"Chapter {page}"]
        running.setFont("Helvetica", 12)
        running.drawCentredString(297, 30, f"Page {page} of 5")
        running.setFont("Helvetica", 10)
        for index, line in enumerate(BODY * 4):
            running.drawString(72, 740 - 14 * index, line)
        words += BODY * 4
        running.showPage()
    running.save()
    said("running.pdf", *words)


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


# What harbour.fodt shows a reader, without hidden and deleted text, comments,
# running headers and footers, and the table of contents.
HARBOUR = [
    "A Register of Northern Harbours",
    "The archipelago stretches for ninety kilometres",
    "along an extraordinarily inhospitable coastline, where unaccompanied navigation remains inadvisable "
    "throughout the interminable winter. Correspondence between administrators and representatives of "
    "neighbouring municipalities demonstrates considerable misunderstanding regarding responsibilities for the "
    "maintenance of navigational infrastructure. Softhyphens disappear.",
    "A visible sentence goes on to its end. A second line after a tab and spaces.",
    "Numbered first Lettered inner Numbered second Bulleted first Bulleted inner Bulleted second",
    "Soundings Harbour and depth Remarks Kråkvik 14.5 mud and shells 17.25 spring ice autumn fog seasonal",
    "Before the frame. Boxed warning one. Boxed warning two.",
    "After the frame, the ordinary paragraph is resumed and continued for a while so that it wraps around the box.",
    "日本語の文章はここにあります。灯台は一八七四年に建てられました。",
    "المنارة القديمة تقف على الصخرة המגדלור הישן עומד על הסלע",
    "Ελληνικά και русский текст, efficient affluent office waffle, naïve façade Łódź.",
    *(
        f"Paragraph {number} concerning {topic}: the superintendent of {topic} recommended comprehensive "
        "reorganisation, notwithstanding considerable opposition from established shipowners whose "
        "representatives emphasised disproportionate expenditure. Subsequent investigation established that "
        f"administrative irregularities had accumulated for approximately {20 + number} years, and that well-known "
        f"irregular bookkeeping concealed systematic underestimation of {topic} revenues."
        for number, topic in enumerate(
            ["pilotage", "dredging", "quarantine", "salvage", "provisioning", "lighthouses", "tariffs", "fisheries"]
        )
    ),
    "Appendix The appendix begins on a page of its own with an endnote and a link to the catalogue.",
]
NOTES = ["Measured by the hydrographic survey of 1888.", "Kept in the municipal archive."]
IN_BRACKETS = [f"({note})" for note in NOTES]
SHIPS = """Register
Harbour register of 1911
ship: Albatross of the north
built: 1887-03-14
sails: 14:30:00
voyage: 36:15:10
load: 0.453
arrived: 1911-11-17 08:05:00
fee: 1234.5
total: 0.3
insured: true
ship: Kråka second line
sails: 00:05:00
voyage: 100:00:00
load: 1
arrived: 2024-02-29 23:59:59
fee: -7
total: 1227.5
insured: false
ship: 日本丸
built: 123456789012
load: 0.0000001
arrived: 2.5
Notes
One column of prose only."""
SHOWN = [("0.453", "45.3%"), ("load: 1\n", "load: 100.0%\n"), (":05:00\nfee: 1234.5", ":05\nfee: £1,234.50")]
SHOWN += [("1911-11-17", "17 November 1911"), ("2024-02-29 23:59:59", "29 February 2024 23:59"), ("-7", "-£7.00")]
SHOWN += [("1227.5", "£1,227.50"), ("14:30:00", "14:30"), ("00:05:00", "00:05")]
SHOWN += [("true", "TRUE"), ("false", "FALSE")]


def make_with_libreoffice():
    """From harbour.fodt and harbour.fods, which have everything that is hard to read."""
    for source, kinds in [("harbour.fodt", ["docx", "odt", "rtf", "pdf"]), ("harbour.fods", ["xlsx", "xls", "ods"])]:
        for kind in kinds:
            command = ["soffice", "--headless", "--convert-to", kind, "--outdir", HERE, HERE / source]
            subprocess.run(command, check=True)
    said("harbour.docx", *HARBOUR, *NOTES)
    said("harbour.odt", *HARBOUR, *IN_BRACKETS)
    said("harbour.rtf", *HARBOUR, *IN_BRACKETS)
    said("harbour.pdf", *HARBOUR, *NOTES)
    said("harbour.xlsx", SHIPS)
    said("harbour.xls", SHIPS)
    ships = SHIPS
    for stored, shown in SHOWN:
        ships = ships.replace(stored, shown)
    said("harbour.ods", ships)


def make_kerned():
    """A font of pictures, as TeX embeds them: its widths are not thousandths, and letters are moved closer."""
    glyphs = {"T": 70, "a": 50, "b": 55, "e": 45, "l": 30, "o": 50, "r": 40, "v": 55, "x": 50}
    procs = {name: f"{width} 0 d0 0 0 {width - 5} 60 re f" for name, width in glyphs.items()}
    first, last = min(map(ord, glyphs)), max(map(ord, glyphs))
    widths = " ".join(str(glyphs.get(chr(code), 0)) for code in range(first, last + 1))
    names = " ".join(f"{ord(name)} /{name}" for name in glyphs)
    lines = ["[(T)82(able)-333(o)28(v)83(er)]TJ", "0 -14 Td [(T)82(ree)-333(lo)28(v)83(e)-333(lab)28(el)]TJ"]
    content = "BT /F1 12 Tf 72 700 Td " + " ".join(lines) + " ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 70 60]/FontMatrix[.01 0 0 .01 0 0]/Resources<<>>"
        f"/FirstChar {first}/LastChar {last}/Widths[{widths}]/Encoding<</Type/Encoding/Differences[{names}]>>"
        f"/CharProcs<<{' '.join(f'/{name} {6 + index} 0 R' for index, name in enumerate(procs))}>>>>",
        *(f"<</Length {len(proc)}>>stream\n{proc}\nendstream" for proc in procs.values()),
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    (HERE / "kerned.pdf").write_text(body + end)
    said("kerned.pdf", "Table over Tree love label")


MAKERS = [make_docx, make_pptx, make_sheets, make_odf, make_epub, make_pdf, make_rtf, make_text]
MAKERS += [make_with_libreoffice, make_kerned]
for make in MAKERS:
    make()
