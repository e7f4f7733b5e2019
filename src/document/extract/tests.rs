//! What other programs wrote is read; what hostile ones wrote does no harm.
//!
//! The documents are in `tests/documents`, with the words a reader sees in
//! them and the program that made them (`make.py`).

use std::collections::HashMap;
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents")
}

/// The documents that have reference words, by name.
fn documents() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| words_of(path).exists());
    paths.sort();
    assert!(paths.len() >= 17, "documents are missing");
    paths
}

fn words_of(path: &Path) -> PathBuf {
    path.with_added_extension("words")
}

fn extracted(
    file_type: FileType,
    content: Vec<u8>,
    limits: Limits,
) -> Result<Vec<Section>, Refusal> {
    collected(
        file_type,
        &mut Cursor::new(content),
        PdfEngine::Auto,
        limits,
    )
}

fn collected(
    file_type: FileType,
    content: &mut dyn Read,
    engine: PdfEngine,
    limits: Limits,
) -> Result<Vec<Section>, Refusal> {
    let mut sections = Vec::new();
    extract(file_type, content, engine, limits, &mut |section| {
        sections.push(section);
        Ok(())
    })?;
    Ok(sections)
}

fn read(path: &Path, content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    extracted(FileType::of(path).unwrap(), content, limits)
}

fn sections(name: &str) -> Vec<Section> {
    let path = folder().join(name);
    read(&path, fs::read(&path).unwrap(), Limits::default()).unwrap()
}

fn text(name: &str) -> String {
    let texts = sections(name).into_iter().map(|section| section.text);
    texts.collect::<Vec<_>>().join("\n\n")
}

/// Words and how often they occur, without the marks of headings, items and
/// cells.
fn words(text: &str) -> HashMap<&str, usize> {
    let mut words = HashMap::new();
    for word in text.split_whitespace() {
        if word.chars().any(char::is_alphanumeric) || word.contains('&') {
            *words.entry(word).or_default() += 1;
        }
    }
    words
}

/// Twice the words in common by all words.
fn f1(text: &str, reference: &str) -> f64 {
    let (text, reference) = (words(text), words(reference));
    let common: usize = text
        .iter()
        .map(|(word, count)| *count.min(reference.get(word).unwrap_or(&0)))
        .sum();
    let all: usize = text.values().chain(reference.values()).sum();
    #[expect(clippy::cast_precision_loss, reason = "they are few")]
    {
        2.0 * common as f64 / all as f64
    }
}

#[test]
fn documents_of_other_programs_are_read() {
    let mut bad = Vec::new();
    for path in documents() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let reference = fs::read_to_string(words_of(&path)).unwrap();
        let text = text(&name);
        let f1 = f1(&text, &reference);
        if f1 < 0.95 {
            bad.push(format!("{name}: {f1:.3}\n{text}\n"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn office_documents_keep_their_structure() {
    for name in [
        "lighthouse.docx",
        "lighthouse.odt",
        "lighthouse.html",
        "lighthouse.epub",
    ] {
        let text = text(name);
        assert!(
            text.starts_with("# The Lighthouse of Grönhavn\n\nThe lighthouse"),
            "{name}: {text}"
        );
        for part in [
            "west.”\n\n## Keepers and visitors\n\n- Trim the wick every four hours\n- Wind",
            "keeper | from | salary | remark\nAstrid Lund | 1874 | 410.5 | first",
            "\n\nVisitors reach the tower at low tide & should",
        ] {
            assert!(text.contains(part), "{name}: {part}\n{text}");
        }
    }
}

#[test]
fn what_a_reader_does_not_see_is_left_out() {
    for (name, unseen) in [
        (
            "docx",
            "nonsense obliterated Annotated Confidential Sheet Directory \u{AD}",
        ),
        (
            "odt",
            "nonsense obliterated Annotated Confidential Sheet Directory \u{AD}",
        ),
        (
            "rtf",
            "nonsense obliterated Annotated Confidential Sheet \u{AD}",
        ),
        ("pdf", "nonsense Annotated Confidential Sheet \u{AD}"),
        ("xlsx", "concealed Lookup Secret Eve"),
        ("xls", "concealed Lookup Secret Eve"),
        ("ods", "concealed Lookup Secret Eve"),
    ] {
        let text = text(&format!("harbour.{name}"));
        for word in unseen.split(' ') {
            assert!(!text.contains(word), "{name}: {word}\n{text}");
        }
    }
}

#[test]
fn notes_lists_and_tables_stay_readable() {
    let lists = "- Numbered first\n  - Lettered inner\n- Numbered second\n";
    let table = "## Soundings\n\nHarbour and depth | Remarks\nKråkvik | 14.5 | mud and shells\n";
    for name in ["harbour.docx", "harbour.odt", "harbour.rtf"] {
        let text = text(name);
        assert!(text.starts_with("# A Register"), "{name}: {text}");
        assert!(
            text.contains(lists) && text.contains(table),
            "{name}: {text}"
        );
    }
    for name in ["harbour.odt", "harbour.rtf"] {
        let note = "kilometres (Measured by the hydrographic survey of 1888.) along";
        assert!(text(name).contains(note), "{name}");
    }
}

#[test]
fn slides_are_pages() {
    let slides = sections("lighthouse.pptx");
    let pages: Vec<_> = slides.iter().map(|slide| slide.page).collect();
    assert_eq!(pages, [Some(1), Some(2), Some(3)]);
    assert!(
        slides[1]
            .text
            .starts_with("# Keepers and visitors\n\n- Trim"),
        "{}",
        slides[1].text
    );
    assert!(
        slides[2].text.contains("Olav Bjørn | 1899 | 455.25"),
        "{}",
        slides[2].text
    );
}

#[test]
fn sheets_become_rows_under_their_name() {
    let expected = "# Keepers\n\nkeeper: Astrid Lund\nfrom: 1874\nsalary: 410.5\n\
        remark: first, and longest on the rock\n\nkeeper: Olav Bjørn\nfrom: 1899";
    for name in ["lighthouse.xlsx", "lighthouse.xls", "lighthouse.ods"] {
        let text = text(name);
        assert!(text.starts_with(expected), "{name}: {text}");
    }
    assert_eq!(
        sections("lighthouse.xlsx")[1].text,
        "# Dates\n\nwhat: storm\nwhen: 1911-11-17\n\nwhat: open\nwhen: true"
    );
}

#[test]
fn damaged_documents_do_no_harm() {
    for path in documents() {
        let content = fs::read(&path).unwrap();
        for part in 0..16 {
            let end = content.len() * part / 16;
            let _ = read(&path, content[..end].to_vec(), Limits::default());
        }
        // A small generator: the same places in every run.
        let mut place = 12_345_usize;
        for _ in 0..60 {
            let mut content = content.clone();
            for _ in 0..3 {
                place = place
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let index = (place >> 33) % content.len();
                content[index] ^= 1 << (place >> 61);
            }
            let _ = read(&path, content, Limits::default());
        }
    }
}

fn by_engine(name: &str, engine: PdfEngine) -> Result<Vec<Section>, Refusal> {
    let content = fs::read(folder().join(name)).unwrap();
    collected(FileType::Pdf, &mut &content[..], engine, Limits::default())
}

#[test]
fn both_engines_read_the_pages_without_what_runs_on_them() {
    for engine in [PdfEngine::Auto, PdfEngine::Pdfboss, PdfEngine::PdfExtract] {
        let pages = by_engine("lighthouse.pdf", engine).unwrap();
        let numbers: Vec<_> = pages.iter().map(|page| page.page).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(3), Some(4)]);
        for Section { text, .. } in pages {
            assert!(
                !text.contains("Page ") && !text.contains("Harbour office"),
                "{text}"
            );
            assert!(text.contains("Astrid Lund"), "{text}");
        }
    }
}

#[test]
fn what_runs_in_the_margins_is_cut_however_large_it_is() {
    let pages = by_engine("running.pdf", PdfEngine::Auto).unwrap();
    let starts = pages.iter().map(|page| page.text.lines().next().unwrap());
    let first = "The lighthouse was built in 1874";
    let starts: Vec<_> = starts
        .map(|line| &line[..line.len().min(first.len())])
        .collect();
    assert_eq!(starts, [first, "# Chapter 2", first, "# Chapter 4", first]);
    for Section { text, .. } in pages {
        assert!(!text.contains("Report") && !text.contains("Page"), "{text}");
    }
}

#[test]
fn pages_keep_their_structure() {
    let pages = by_engine("lighthouse.pdf", PdfEngine::Auto).unwrap();
    let text = &pages[0].text;
    assert!(
        text.starts_with("# The Lighthouse of Grönhavn, part 1\n\nThe lighthouse was built"),
        "{text}"
    );
    for part in [
        "## Keepers and visitors\n\n- Trim the wick every four hours\n- Wind",
        "remark\nAstrid Lund | 1874",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn words_cut_at_the_end_of_a_line_are_whole() {
    for engine in [PdfEngine::Pdfboss, PdfEngine::PdfExtract] {
        let pages = by_engine("hyphens.pdf", engine).unwrap();
        let words: Vec<_> = pages[0].text.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "The keeper of the lighthouse wrote a letter to the well-known harbour master."
        );
    }
}

#[test]
fn words_whose_letters_are_moved_closer_are_whole() {
    assert_eq!(text("kerned.pdf"), "Table over\nTree love label");
}

#[test]
fn scans_and_locked_files_are_named_as_such() {
    for engine in [PdfEngine::Auto, PdfEngine::Pdfboss, PdfEngine::PdfExtract] {
        let refused = |name| by_engine(name, engine).unwrap_err().to_string();
        assert_eq!(
            refused("scan.pdf"),
            "a scanned PDF without text; it needs OCR, or Gemini with --native-pdf"
        );
        assert_eq!(
            refused("locked.pdf"),
            "protected by a password; save it without one"
        );
    }
}

#[test]
fn loops_in_a_pdf_end() {
    let content = fs::read(folder().join("hyphens.pdf")).unwrap();
    let place = content
        .windows(7)
        .position(|window| window == b"trailer")
        .unwrap();
    let mut content = content[..place].to_vec();
    let previous =
        format!("trailer << /Size 8 /Root 5 0 R /Prev {place} >>\nstartxref\n{place}\n%%EOF");
    content.extend_from_slice(previous.as_bytes());
    let _ = extracted(FileType::Pdf, content, Limits::default());
    let pages = b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
        2 0 obj <</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>> endobj\n\
        trailer <</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF";
    assert!(extracted(FileType::Pdf, pages.to_vec(), Limits::default()).is_err());
}

/// A zip archive of parts, deflated.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn refusal(file_type: FileType, content: Vec<u8>) -> String {
    extracted(file_type, content, Limits::default())
        .unwrap_err()
        .to_string()
}

const BOMB: &str = "unpacks to more than 100 times its size, as no document does";

#[test]
fn bombs_are_refused() {
    let zeros = vec![0; 10 << 20];
    for (file_type, name) in [
        (FileType::Docx, "word/document.xml"),
        (FileType::Pptx, "ppt/presentation.xml"),
        (FileType::Xlsx, "xl/workbook.xml"),
        (FileType::Epub, "META-INF/container.xml"),
    ] {
        let bomb = zipped(&[(name, &zeros)]);
        assert!(bomb.len() < 100_000);
        assert_eq!(
            refusal(file_type, lying(&bomb)),
            "the archive is damaged: File is larger than its declared uncompressed size"
        );
        assert_eq!(refusal(file_type, bomb), BOMB, "{name}");
    }
    let hidden = zipped(&[
        ("xl/workbook.xml", b"<a/>"),
        ("xl/worksheets/sheet1.xml", &zeros),
    ]);
    assert_eq!(refusal(FileType::Xlsx, hidden), BOMB);
}

/// The archive with an unpacked size of ten bytes in all its records.
fn lying(archive: &[u8]) -> Vec<u8> {
    let mut archive = archive.to_vec();
    for index in 0..archive.len() - 30 {
        let place = match archive[index..index + 4] {
            [b'P', b'K', 3, 4] => index + 22,
            [b'P', b'K', 1, 2] => index + 24,
            _ => continue,
        };
        archive[place..place + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    archive
}

#[test]
fn parts_may_not_become_more_than_the_text_that_is_allowed() {
    let noise: Vec<String> = (0..200_000_u64)
        .map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string())
        .collect();
    let content = zipped(&[("word/document.xml", noise.join(" ").as_bytes())]);
    let limits = Limits {
        text_bytes: 1 << 20,
        ..Limits::default()
    };
    let refused = extracted(FileType::Docx, content, limits);
    assert!(matches!(refused, Err(Refusal::TooMuchText(_))));
}

#[test]
fn archives_of_many_parts_are_refused() {
    let names: Vec<_> = (0..20_000).map(|number| format!("word/{number}")).collect();
    let parts: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(
        refusal(FileType::Docx, zipped(&parts)),
        "an archive of more than 10000 parts"
    );
}

#[test]
fn names_are_only_names() {
    let document = b"<document><p><t>text</t></p></document>";
    let content = zipped(&[("../../etc/evil", b"x"), ("word/document.xml", document)]);
    let sections = extracted(FileType::Docx, content, Limits::default()).unwrap();
    assert_eq!(sections[0].text, "text");
}

#[test]
fn deep_and_expanding_parts_are_harmless() {
    let deep = "<t>".repeat(100_000);
    let content = zipped(&[("word/document.xml", deep.as_bytes())]);
    assert_eq!(
        refusal(FileType::Docx, content),
        "nested deeper than 256 levels"
    );
    let laughs = b"<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>]>\
        <d><p><t>&b;&c;</t></p></d>";
    let content = zipped(&[("word/document.xml", laughs)]);
    let sections = extracted(FileType::Docx, content, Limits::default()).unwrap();
    assert_eq!(sections[0].text, "&b;&c;");
}

#[test]
fn cells_far_apart_take_no_memory() {
    let sheet = b"<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>a</t></is></c></row>\
        <row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>z</t></is></c></row></sheetData></worksheet>";
    let content = zipped(&[
        ("_rels/.rels", b"<Relationships><Relationship Id='r0' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>"),
        ("xl/workbook.xml", b"<workbook xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='S' sheetId='1' r:id='r1'/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' Target='worksheets/sheet1.xml'/></Relationships>"),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let sections = extracted(FileType::Xlsx, content, Limits::default()).unwrap();
    assert_eq!(sections[0].text, "# S\n\na\n\nz");
    let sheet = b"<d><table name='S'><table-row number-rows-repeated='1048576'>\
        <table-cell number-columns-repeated='4000000000'><p>some text</p></table-cell></table-row></table></d>";
    let content = zipped(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", sheet),
    ]);
    let limits = Limits {
        text_bytes: 1 << 20,
        ..Limits::default()
    };
    let refused = extracted(FileType::Ods, content, limits);
    assert!(matches!(refused, Err(Refusal::TooMuchText(_))));
}

#[test]
fn hidden_slides_are_left_out_and_counted() {
    let slide = |attributes, text| {
        format!("<?xml version='1.0'?>\n<sld{attributes}><sp><p><t>{text}</t></p></sp></sld>")
    };
    let content = zipped(&[
        ("ppt/presentation.xml", b"<p xmlns:r='r'><sldId r:id='a'/><sldId r:id='b'/><sldId r:id='c'/></p>"),
        ("ppt/_rels/presentation.xml.rels", b"<r><l Id='a' Target='1.xml'/><l Id='b' Target='2.xml'/><l Id='c' Target='3.xml'/></r>"),
        ("ppt/1.xml", slide("", "first").as_bytes()),
        ("ppt/2.xml", slide(" show='0'", "hidden").as_bytes()),
        ("ppt/3.xml", slide(" show='1'", "last").as_bytes()),
    ]);
    let sections = extracted(FileType::Pptx, content, Limits::default()).unwrap();
    let slides: Vec<_> = sections
        .iter()
        .map(|slide| (slide.page, slide.text.as_str()))
        .collect();
    assert_eq!(slides, [(Some(1), "first"), (Some(3), "last")]);
}

#[test]
fn hidden_rows_are_left_out_and_filtered_ones_are_not() {
    let row = |attributes, text| {
        format!("<table-row{attributes}><table-cell><p>{text}</p></table-cell></table-row>")
    };
    let rows = [
        row("", "first"),
        row(" visibility='collapse' number-rows-repeated='2'", "hidden"),
        row(" visibility='filter'", "filtered"),
        row(" visibility='visible'", "last"),
    ];
    let sheet = format!("<d><table name='S'>{}</table></d>", rows.concat());
    let content = zipped(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", sheet.as_bytes()),
    ]);
    let sections = extracted(FileType::Ods, content, Limits::default()).unwrap();
    assert_eq!(sections[0].text, "# S\n\nfirst\n\nfiltered\n\nlast");
}

#[test]
fn one_huge_line_is_read_in_every_type_of_text() {
    for (file_type, before, after, bytes) in [
        (FileType::Text, "", "", 50 << 20),
        (FileType::Csv, "a\n", "", 10 << 20),
        (FileType::JsonLines, "\"", "\"", 10 << 20),
        (FileType::Html, "<p>", "</p>", 1 << 20),
        (FileType::Xml, "<p>", "</p>", 1 << 20),
    ] {
        let line = "A sentence of words. ".repeat(bytes / 21);
        let content = format!("{before}{line}{after}").into_bytes();
        let sections = extracted(file_type, content, Limits::default()).unwrap();
        let read: usize = sections.iter().map(|section| section.text.len()).sum();
        assert!(read > line.len() - 2);
    }
}

#[test]
fn text_without_end_is_read_with_a_piece_in_memory() {
    const BYTES: u64 = 64 << 20;
    let (mut read, mut pieces) = (0, 0);
    let mut content = io::repeat(b'a').take(BYTES);
    let mut count = |section: Section| {
        assert!(section.text.len() <= 256 << 10);
        assert_eq!(section.continues, pieces > 0);
        read += section.text.len() as u64;
        pieces += 1;
        Ok(())
    };
    let limits = Limits {
        file_bytes: 1_000,
        text_bytes: 1_000,
        ..Limits::default()
    };
    extract(
        FileType::Text,
        &mut content,
        PdfEngine::Auto,
        limits,
        &mut count,
    )
    .unwrap();
    assert_eq!((read, pieces), (BYTES, 256));
}

#[test]
fn rows_are_passed_on_before_the_table_ends() {
    for (file_type, header, row) in [
        (FileType::Csv, "a,b\n", "some,words\n"),
        (FileType::Tsv, "a\tb\n", "some\twords\n"),
        (
            FileType::JsonLines,
            "",
            "{\"a\":\"some\",\"b\":\"words\"}\n",
        ),
    ] {
        let mut rows = 0;
        let mut count = |section: Section| {
            assert!(section.text.len() <= 256 << 10 && !section.continues);
            rows += section
                .text
                .split("\n\n")
                .filter(|row| *row == "a: some\nb: words")
                .count();
            Ok(())
        };
        // Only what is passed on before it is counted.
        let mut content = Cursor::new(header)
            .chain(Cursor::new(row.repeat(200_000)))
            .chain(Broken);
        let ended = extract(
            file_type,
            &mut content,
            PdfEngine::Auto,
            Limits::default(),
            &mut count,
        );
        assert!(matches!(ended, Err(Refusal::Unreadable(_))));
        assert!(rows > 100_000, "{file_type:?}: {rows}");
    }
}

/// A file on a disk that fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Other.into())
    }
}

#[test]
fn what_is_read_whole_must_not_be_too_large() {
    let limits = Limits {
        file_bytes: 3_000,
        ..Limits::default()
    };
    for (file_type, content) in [
        (FileType::Json, "[0]".to_owned() + &" ".repeat(3_000)),
        (FileType::Text, "%PDF-".to_owned() + &" ".repeat(3_000)),
        (FileType::Docx, "PK\x03\x04".to_owned() + &" ".repeat(3_000)),
    ] {
        let refused = extracted(file_type, content.into_bytes(), limits);
        assert!(
            matches!(refused, Err(Refusal::TooLarge(_))),
            "{file_type:?}"
        );
    }
    assert!(extracted(FileType::Json, vec![b'0'; 1], limits).is_ok());
}

#[test]
fn too_much_text_is_refused_in_every_type_that_is_read_whole() {
    let limits = Limits {
        text_bytes: 1_000,
        ..Limits::default()
    };
    let line = "word ".repeat(300);
    for (file_type, content) in [
        (FileType::Html, format!("<p>{line}")),
        (FileType::Xml, format!("<p>{line}</p>")),
        (FileType::Json, format!("[{{\"a\": \"{line}\"}}]")),
        (FileType::Rtf, format!("{{\\rtf1 {line}}}")),
    ] {
        let refused = extracted(file_type, content.into_bytes(), limits);
        assert!(
            matches!(refused, Err(Refusal::TooMuchText(1_000))),
            "{file_type:?}"
        );
    }
}
