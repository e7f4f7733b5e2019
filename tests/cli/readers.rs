//! The processes that read documents: shut in, and dispensable.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::process::Command;
#[cfg(target_os = "linux")]
use std::process::{Child, Stdio};

use crate::sandbox::Sandbox;

/// A PDF file of these objects.
fn pdf(objects: &[&str]) -> String {
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut offsets = String::new();
    for (number, object) in (1..).zip(objects) {
        writeln!(offsets, "{:010} 00000 n ", pdf.len()).unwrap();
        write!(pdf, "{number} 0 obj\n{object}\nendobj\n").unwrap();
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

/// A document of Word with this XML.
fn docx(xml: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in [
        ("../../escaped.txt", &b"escaped"[..]),
        ("word/document.xml", xml),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// XML with an entity of a billion others.
fn laughs() -> String {
    let mut entities = String::new();
    for level in 1..10 {
        let before = format!("&l{};", level - 1).repeat(10);
        write!(entities, "<!ENTITY l{level} \"{before}\">").unwrap();
    }
    format!("<!DOCTYPE a [<!ENTITY l0 \"ha\">{entities}]><a>Nobody laughs at &l9; here.</a>")
}

/// What nobody should have to read, and what is said of it.
fn hostile_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let depth = 1_000_000;
    vec![
        (
            "bomb.docx",
            docx(&vec![b' '; 20 << 20]),
            "unpacks to more than 100 times its size",
        ),
        (
            "deep.docx",
            docx("<a>".repeat(depth).as_bytes()),
            "unpacks to more than 100 times its size",
        ),
        (
            "deep.json",
            "[".repeat(depth).into(),
            "nested deeper than 128 levels",
        ),
        (
            "deep.xml",
            "<a>".repeat(depth).into(),
            "nested deeper than 256 levels",
        ),
        ("empty.pdf", Vec::new(), "holds no text"),
        ("nul.txt", b"a\0b".into(), "binary data"),
        (
            "bytes.md",
            (0..=255).cycle().take(9_999).collect(),
            "binary data",
        ),
        ("torn.parquet", b"PAR1PAR1".into(), ""),
        ("recursive.pdf", recursive_pdf().into(), ""),
    ]
}

#[test]
fn nothing_hostile_gets_through() {
    use std::os::unix::fs::symlink;

    let sandbox = Sandbox::new();
    let secret = sandbox.write("secret.txt", "canary");
    let folder = sandbox.path("docs");
    sandbox.write("docs/good.txt", "Anna lit the lamp of Bell Rock in 1811.");
    sandbox.write("docs/laughs.xml", laughs());
    let entity = format!(
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file://{}\">]>",
        secret.display()
    );
    sandbox.write(
        "docs/entity.xml",
        entity + "<a>The entity &x; stays as it is.</a>",
    );
    let files = hostile_files();
    for (name, content, _) in &files {
        sandbox.write(&format!("docs/{name}"), content);
    }
    symlink(&folder, folder.join("loop")).unwrap();
    symlink(&secret, folder.join("link.txt")).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("pipe.txt")).status();
    assert!(made.unwrap().success());

    let words = "--provider offline --format qa --samples 5 --json --documents";
    let ran = sandbox
        .run(words, &["docs", "--documents", "/dev/zero"])
        .exits(0);
    let result = ran.json();
    let skipped: BTreeMap<_, _> = result["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|skipped| {
            let [path, reason] = ["path", "reason"].map(|key| skipped[key].as_str().unwrap());
            (path, reason)
        })
        .collect();
    let all = [
        ("loop", "a symbolic link, which is not followed"),
        ("link.txt", "a symbolic link, which is not followed"),
        ("pipe.txt", "not a regular file"),
    ];
    let files = files.iter().map(|(name, _, reason)| (*name, *reason));
    for (name, reason) in files.chain(all) {
        let told = skipped[format!("docs/{name}").as_str()];
        assert!(told.contains(reason), "{name}: {told}");
    }
    assert_eq!(skipped["/dev/zero"], "not a regular file");
    assert_eq!(result["documents"].as_array().unwrap().len(), 3);
    for file in sandbox.files() {
        let is_hostile = file.starts_with("docs/") || file == "secret.txt";
        assert!(
            is_hostile
                || !fs::read(sandbox.path(&file))
                    .unwrap()
                    .windows(6)
                    .any(|it| it == b"canary")
        );
        assert!(!file.contains("escaped"));
    }
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
