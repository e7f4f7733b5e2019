//! `--documents`: what is read, and what each request is made from.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::fake_gemini::{FakeGemini, user_text};
use crate::sandbox::Sandbox;

const DOCS: &str = "--provider offline --format pair --samples 1 --documents";

#[test]
fn inputs_that_cannot_be_used_are_found_before_any_work() {
    let sandbox = Sandbox::new();
    sandbox.write("empty.txt", " \n");
    sandbox.write("empty.docx", "");
    sandbox.write("scan.pdf", "%PDF");
    sandbox.write("film.mp4", "film");
    sandbox.write("bad.json", "{");
    sandbox.write("open.csv", "a\n1\n\"".to_owned() + &"x".repeat(17 << 20));
    sandbox.write("list.jsonl", "[".to_owned() + &"1,".repeat(9 << 20));
    sandbox.write("folder/.hidden.txt", "hidden");
    for (path, said) in [
        ("nothing", "no file or folder `nothing`"),
        ("empty.txt", "holds no text"),
        ("scan.pdf", "no PDF file, whatever its name says"),
        ("empty.docx", "holds no text"),
        ("film.mp4", "type `.mp4` is not supported"),
        ("bad.json", "bad.json"),
        (
            "open.csv",
            "the cell that begins at line 3 is longer than 16 MiB; is a quotation mark left open?",
        ),
        (
            "list.jsonl",
            "line 1 is longer than 16 MiB; is each JSON value a line?",
        ),
        ("folder", "holds no text"),
    ] {
        sandbox.run(DOCS, &[path]).exits(2).says(said);
    }
    sandbox.write("scans/one.pdf", "%PDF");
    sandbox
        .run(DOCS, &["scans"])
        .exits(2)
        .says("skipped `scans/one.pdf`: no PDF file");
    assert!(!sandbox.files().iter().any(|file| file.contains(".sdgen")));
}

#[test]
fn what_a_folder_holds_that_cannot_be_read_is_warned_of() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "docs/good.md",
        "# Title\n\nA text with a few words in it. And a second sentence.",
    );
    sandbox.write("docs/scan.pdf", "%PDF");
    sandbox.write("docs/torn.txt", b"\xff\xfeh");
    let ran = sandbox
        .run(DOCS, &["docs", "--json"])
        .exits(0)
        .says("scan.pdf")
        .says("torn.txt");
    let documents = ran.json()["documents"].clone();
    assert_eq!(documents.as_array().unwrap().len(), 1);
    assert_eq!(documents[0]["path"], "docs/good.md");
}

#[test]
fn documents_of_other_programs_are_read_in_a_folder() {
    let sandbox = Sandbox::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let names = [
        "docx", "epub", "ods", "odt", "pdf", "pptx", "rtf", "xls", "xlsx",
    ];
    for name in names.map(|extension| format!("lighthouse.{extension}")) {
        let content = fs::read(fixtures.join(&name)).unwrap();
        sandbox.write(&format!("docs/{name}"), content);
    }
    let pdf = fs::read(fixtures.join("lighthouse.pdf")).unwrap();
    sandbox.write("docs/renamed.docx", &pdf);
    let docx = fs::read(fixtures.join("lighthouse.docx")).unwrap();
    sandbox.write("docs/torn.docx", &docx[..docx.len() / 2]);
    let scan = fs::read(fixtures.join("scan.pdf")).unwrap();
    sandbox.write("docs/scan.pdf", scan);
    let ran = sandbox
        .run(DOCS, &["docs", "--json"])
        .exits(0)
        .says("skipped `docs/scan.pdf`: a scanned PDF without text; it needs OCR")
        .says("skipped `docs/torn.docx`: in truth a damaged zip archive");
    let documents = ran.json()["documents"].clone();
    let paths: Vec<_> = documents
        .as_array()
        .unwrap()
        .iter()
        .map(|document| document["path"].as_str().unwrap().to_owned())
        .collect();
    let mut expected: Vec<_> = names
        .map(|extension| format!("docs/lighthouse.{extension}"))
        .into();
    expected.push("docs/renamed.docx".to_owned());
    assert_eq!(paths, expected);
}

#[test]
fn requests_go_round_the_passages() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    for number in 0..5 {
        sandbox.write(
            &format!("docs/{number}.txt"),
            format!("Passage number {number} of five."),
        );
    }
    sandbox.write("docs/more/table.csv", "name,born in\nAda L,1815\n");
    let env = [("GOOGLE_API_KEY", crate::fake_gemini::KEY)];
    let words = "--documents docs --format qa --samples 12 --json --base-url";
    let ran = sandbox.run_in(&env, words, &[&fake.server.url()]).exits(0);
    let result = ran.json();
    assert_eq!(
        result["passages"],
        json!({"all": 6, "used": 6, "repeated": 0})
    );
    for document in result["documents"].as_array().unwrap() {
        assert_eq!(document["samples"], 2);
    }
    assert_eq!(sandbox.jsonl("synthetic_data_qa_from_docs.jsonl").len(), 12);
    let prompts: Vec<_> = fake
        .server
        .requests()
        .iter()
        .map(|request| user_text(&request.body))
        .collect();
    assert_eq!(prompts.len(), 6);
    for passage in (0..5).map(|number| format!("Passage number {number} of five.")) {
        assert_eq!(
            prompts
                .iter()
                .filter(|prompt| prompt.contains(&passage))
                .count(),
            1
        );
    }
    assert!(prompts.iter().any(|prompt| prompt.contains("name: Ada L")));
}

#[test]
fn the_context_of_a_question_is_the_passage_it_is_about() {
    const TEXT: &str = "The lamp of the tower was lit in 1822. It burned oil for eighty years.";
    for words in [
        "--provider offline",
        "--provider offline --free-context --output-prefix free",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("lamp.txt", TEXT);
        let all =
            format!("{words} --format qa --samples 3 --output-format jsonl --documents lamp.txt");
        let ran = sandbox.run(&all, &[]).exits(0);
        for sample in sandbox.jsonl(ran.stdout.trim()) {
            let context = sample["context"].as_str().unwrap();
            let is_filled = !words.contains("--free-context");
            assert_eq!(context == TEXT, is_filled || context.len() == TEXT.len());
            assert!(TEXT.contains(context));
        }
    }
}

#[test]
fn documents_are_files_folders_patterns_and_standard_input() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "The first text is about a lamp.");
    sandbox.write("more/b.md", "The second text is about a tower.");
    sandbox.write("more/c.md", "The third text is about a keeper.");
    let words = "--provider offline --format pair --samples 1 --json";
    let paths = |more: &[&str]| {
        let mut command = sandbox.sdgen();
        command.args(words.split(' ')).args(more);
        command.args(["--overwrite", "--documents", "a.txt"]);
        command.args(["more/*.md", "-", "--documents", "more"]);
        let ran = crate::run::Ran::from(command.write_stdin("Text from a pipe.").output().unwrap());
        let documents = ran.exits(0).json()["documents"].clone();
        let documents = documents.as_array().unwrap().clone();
        documents
            .iter()
            .map(|document| document["path"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(&[]), ["a.txt", "more/b.md", "more/c.md", "-"]);
    sandbox.write("more/d.zip", "PK");
    assert_eq!(paths(&[]).len(), 4);
    sandbox
        .run(
            words,
            &["--overwrite", "--strict-documents", "--documents", "more"],
        )
        .exits(2)
        .says("d.zip")
        .says("--strict-documents");
    sandbox
        .run(words, &["--overwrite", "--documents", "none/*.md"])
        .exits(2)
        .says("no file or folder matches `none/*.md`");
}

#[test]
fn standard_input_without_text_is_skipped_beside_others() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "A text about a lamp.");
    sandbox
        .run(DOCS, &["-", "a.txt"])
        .exits(0)
        .says("skipped `-`: holds no text");
    sandbox
        .run(DOCS, &["-", "--overwrite"])
        .exits(2)
        .says("cannot use `-`: holds no text");
    // What cannot be written in the end is not read for first.
    sandbox
        .run(DOCS, &["-"])
        .exits(2)
        .says("output exists already");
}

#[test]
fn files_that_should_have_been_read_are_named_first() {
    let sandbox = Sandbox::new();
    for number in 0..30 {
        sandbox.write(&format!("docs/{number}.py"), "print(1)");
    }
    sandbox.write("docs/text.txt", "A text about a lamp.");
    sandbox.write("docs/zero.pdf", "no PDF at all");
    let ran = sandbox
        .run(DOCS, &["docs", "--json"])
        .exits(0)
        .says("skipped `docs/zero.pdf`")
        .says("skipped 11 files more; --json and the manifest name all of them");
    let skipped = &ran.json()["skipped"];
    assert_eq!(skipped.as_array().unwrap().len(), 31);
}

#[test]
fn a_run_does_not_read_what_it_has_written() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "a.txt",
        "The first text is about a lamp. It burned oil for years.",
    );
    sandbox.write("own.csv", "name,born in\nAda L,1815\n");
    let words = "--provider offline --format pair --documents . --json --resume --samples";
    let documents = |samples: &str| {
        let ran = sandbox.run(words, &[samples]).exits(0);
        ran.json()["documents"].as_array().unwrap().len()
    };
    assert_eq!(documents("2"), 2);
    assert_eq!(documents("3"), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_may_have_any_name() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    let name = std::ffi::OsStr::from_bytes(b"docs/caf\xe9.txt");
    std::fs::create_dir(sandbox.path("docs")).unwrap();
    std::fs::write(sandbox.path("").join(name), "A text about a lamp.").unwrap();
    let ran = sandbox.run(DOCS, &["docs", "--json"]).exits(0);
    assert_eq!(ran.json()["documents"][0]["path"], "docs/caf\u{fffd}.txt");
}

#[test]
fn either_engine_reads_a_pdf() {
    let pdf = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/documents/lighthouse.pdf"
    );
    let digests = ["auto", "pdfboss", "pdf-extract"].map(|engine| {
        let sandbox = Sandbox::new();
        let ran = sandbox.run(DOCS, &[pdf, "--json", "--pdf-engine", engine]);
        ran.exits(0).json()["documents"][0]["text_sha256"].clone()
    });
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0], digests[2]);
}

#[test]
fn what_several_documents_repeat_is_used_once() {
    let sandbox = Sandbox::new();
    let terms: Vec<_> = (0..300).map(|word| format!("term{word}")).collect();
    let terms = terms.join(" ");
    for year in 2024..2027 {
        sandbox.write(
            &format!("docs/{year}.txt"),
            format!("{terms} as of {year}."),
        );
    }
    let ran = sandbox
        .run(
            "--provider offline --format qa --samples 2 --json --documents docs",
            &[],
        )
        .exits(0)
        .says("passages: 1 (repeated ones left out: 2), documents: 3");
    let passages = json!({"all": 1, "used": 1, "repeated": 2});
    assert_eq!(ran.json()["passages"], passages);
}

#[test]
fn a_resumed_run_keeps_the_names_of_its_documents() {
    let sandbox = Sandbox::new();
    for number in 0..4 {
        let text = format!("Keeper number {number} lit the lamp in 18{number}2.");
        sandbox.write(&format!("docs/{number}.txt"), text);
    }
    let words = "--provider offline --format qa --samples 8 --output-prefix out";
    sandbox
        .run(words, &["--max-requests", "2", "--documents", "docs"])
        .exits(3);
    let folder = sandbox.path("docs");
    let folder = folder.to_str().unwrap();
    sandbox
        .run(words, &["--resume", "--documents", folder])
        .exits(0);
    let sources = sandbox.jsonl(".sdgen/out_qa_from_docs.sources.jsonl");
    assert_eq!(sources.len(), 8);
    for source in sources {
        assert!(source["source"].as_str().unwrap().starts_with("docs/"));
    }
    sandbox.write("docs/2.txt", "\0");
    sandbox
        .run(words, &["--resume", "--documents", "docs"])
        .exits(2)
        .says("document `docs/2.txt` cannot be read: binary data, not text")
        .says("bring the documents back as they were");
}
