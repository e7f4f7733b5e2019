//! Reading documents: pages of PDF files, and bytes of every other type.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sdgen::document::{FileType, Limits, PdfEngine, Section, extract};

fn document(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    folder.join(name)
}

fn read(file_type: FileType, mut content: &[u8], engine: PdfEngine) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut take = |section| {
        sections.push(section);
        Ok(())
    };
    extract(
        file_type,
        &mut content,
        engine,
        Limits::default(),
        &mut take,
    )
    .expect("readable");
    sections
}

fn pages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pages");
    for name in ["lighthouse.pdf", "harbour.pdf"] {
        let content = fs::read(document(name)).expect("a document");
        let sections = read(FileType::Pdf, &content, PdfEngine::Auto);
        group.throughput(Throughput::Elements(sections.len() as u64));
        for (engine, named) in [
            (PdfEngine::Pdfboss, "pdfboss"),
            (PdfEngine::PdfExtract, "pdf-extract"),
        ] {
            group.bench_function(format!("{name} by {named}"), |bencher| {
                bencher.iter(|| read(FileType::Pdf, black_box(&content), engine));
            });
        }
    }
    group.finish();
}

fn bytes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bytes");
    for name in [
        "harbour.docx",
        "harbour.odt",
        "harbour.rtf",
        "harbour.xlsx",
        "harbour.xls",
        "harbour.ods",
        "lighthouse.pptx",
        "lighthouse.epub",
        "lighthouse.parquet",
        "lighthouse.html",
        "lighthouse.xml",
        "lighthouse.csv",
        "lighthouse.tsv",
        "lighthouse.json",
        "lighthouse.jsonl",
        "lighthouse.md",
        "lighthouse.txt",
    ] {
        let path = document(name);
        let content = fs::read(&path).expect("a document");
        let file_type = FileType::of(&path).expect("a known type");
        group.throughput(Throughput::Bytes(content.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| read(file_type, black_box(&content), PdfEngine::Auto));
        });
    }
    group.finish();
}

criterion_group!(benches, pages, bytes);
criterion_main!(benches);
