//! `--documents`: what is read, and what each request is made from.

use crate::fake_gemini::{FakeGemini, user_text};
use crate::sandbox::Sandbox;

const DOCS: &str = "--provider offline --format pair --samples 1 --documents";

#[test]
fn inputs_that_cannot_be_used_are_found_before_any_work() {
    let sandbox = Sandbox::new();
    sandbox.write("empty.txt", " \n");
    sandbox.write("scan.pdf", "%PDF");
    sandbox.write("bad.json", "{");
    sandbox.write("folder/.hidden.txt", "hidden");
    for (path, said) in [
        ("nothing", "no file or folder `nothing`"),
        ("empty.txt", "holds no text"),
        ("scan.pdf", "type `.pdf` is not supported"),
        ("bad.json", "bad.json"),
        ("folder", "holds no text"),
    ] {
        sandbox.run(DOCS, &[path]).exits(2).says(said);
    }
    sandbox.write("scans/one.pdf", "%PDF");
    sandbox
        .run(DOCS, &["scans"])
        .exits(2)
        .says("skipped `scans/one.pdf`: type `.pdf`");
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
fn requests_go_round_the_passages() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    for number in 0..5 {
        sandbox.write(
            &format!("docs/{number}.txt"),
            format!("Passage number {number} of five."),
        );
    }
    sandbox.write("docs/more/table.csv", "name,age\nAda,36\n");
    let env = [("GOOGLE_API_KEY", crate::fake_gemini::KEY)];
    let words = "--documents docs --format qa --samples 12 --base-url";
    sandbox.run_in(&env, words, &[&fake.server.url()]).exits(0);
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
    assert!(prompts.iter().any(|prompt| prompt.contains("name: Ada")));
}
