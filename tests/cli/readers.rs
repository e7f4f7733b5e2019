//! The processes that read documents: shut in, and dispensable.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};

use crate::sandbox::Sandbox;

/// A PDF file of these objects.
fn pdf(objects: &[&str]) -> String {
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut offsets = String::new();
    for (number, object) in (1..).zip(objects) {
        offsets += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let (start, size) = (pdf.len(), objects.len() + 1);
    format!(
        "{pdf}xref\n0 {size}\n0000000000 65535 f \n{offsets}\
         trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    )
}

/// A page that draws a form that draws itself.
fn recursive_pdf() -> String {
    let form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>";
    pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        "<</Length 5>>\nstream\n/X Do\nendstream",
        &format!("{form}/Length 5>>\nstream\n/X Do\nendstream"),
    ])
}

#[test]
fn a_file_that_kills_its_reader_is_skipped_and_the_others_are_read() {
    let sandbox = Sandbox::new();
    for number in 0..6 {
        let text = format!("Lamp number {number} was lit in 18{number}2.");
        sandbox.write(&format!("docs/{number}.txt"), text);
        sandbox.write(&format!("docs/{number}.pdf"), recursive_pdf());
    }
    let words = "--provider offline --format qa --samples 6 --documents docs --json";
    let ran = sandbox
        .run(words, &["--pdf-engine", "pdf-extract"])
        .exits(0)
        .says("skipped `docs/3.pdf`: too damaged to read, or needs too much memory");
    let result = ran.json();
    assert_eq!(result["documents"].as_array().unwrap().len(), 6);
    assert_eq!(result["skipped"].as_array().unwrap().len(), 6);
    assert_eq!(result["skipped"][5]["path"], "docs/5.pdf");
}

/// The one process that `parent` has started.
#[cfg(target_os = "linux")]
fn child_of(parent: &Child) -> String {
    let id = parent.id();
    loop {
        let children = fs::read_dir(format!("/proc/{id}/task")).unwrap();
        let children =
            children.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
        if let Some(child) = children.collect::<String>().split_whitespace().next() {
            return child.to_owned();
        }
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_knows_no_key_and_may_do_nothing_but_compute() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .process()
        .env("GOOGLE_API_KEY", "canary")
        .args("--provider offline --format qa --samples 1 --documents -".split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let reader = format!("/proc/{}", child_of(&child));
    // It is shut in once it has started.
    let status = loop {
        let status = fs::read_to_string(format!("{reader}/status")).unwrap();
        if status.contains("Seccomp:\t2") {
            break status;
        }
        std::thread::yield_now();
    };
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    let read = |name: &str| fs::read_to_string(format!("{reader}/{name}")).unwrap();
    assert_eq!(read("environ"), "");
    assert!(read("cmdline").contains("__read-documents"));
    let limits = read("limits");
    let data = limits
        .lines()
        .find(|line| line.starts_with("Max data size"));
    assert!(data.unwrap().contains("536870912"), "{limits}");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"A lamp was lit in 1822.").unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert!(!fs::exists(reader).unwrap());
}
