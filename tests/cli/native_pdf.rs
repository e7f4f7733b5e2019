//! `--native-pdf`: what Gemini is sent of a PDF file, and what comes of it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pdf_extract::{Dictionary, Document, Object, Stream};
use serde_json::{Value, json};

use crate::fake_gemini::{
    self, FakeGemini, KEY, Reply, answer_fully, schema, system_text, user_text,
};
use crate::run::Ran;
use crate::sandbox::Sandbox;

const QA: &str = "--native-pdf --format qa --json --output-format jsonl --concurrency 1";
const TEXT: &str = "The lamp of the tower was lit in 1822. It burned oil for eighty years.";
const DATA: &str = "synthetic_data_qa_from_docs.jsonl";

fn run(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Ran {
    let env = [("GOOGLE_API_KEY", KEY)];
    let words = format!("{QA} {words}");
    sandbox.run_in(&env, &words, &["--base-url", &fake.server.url()])
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    fs::read(folder.join(name)).unwrap()
}

/// A PDF file of numbered pages.
fn pdf(pages: i64) -> Vec<u8> {
    let name = |name: &str| Object::Name(name.into());
    let mut document = Document::with_version("1.4");
    let tree = document.new_object_id();
    let kids: Vec<Object> = (1..=pages)
        .map(|number| {
            let content = Stream::new(Dictionary::new(), format!("% page {number}").into());
            let page = [
                ("Type", name("Page")),
                ("Parent", tree.into()),
                ("Contents", document.add_object(content).into()),
            ];
            document.add_object(Dictionary::from_iter(page)).into()
        })
        .collect();
    let node = [
        ("Type", name("Pages")),
        ("Kids", kids.into()),
        ("Count", pages.into()),
    ];
    document
        .objects
        .insert(tree, Dictionary::from_iter(node).into());
    let catalog = [("Type", name("Catalog")), ("Pages", tree.into())];
    let catalog = document.add_object(Dictionary::from_iter(catalog));
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// The PDF file that a request holds, before its text.
fn attached(body: &Value) -> Option<Document> {
    let parts = body["contents"][0]["parts"].as_array().unwrap();
    let [file, text] = &parts[..] else {
        assert_eq!(parts.len(), 1, "{body}");
        return None;
    };
    assert!(text["text"].is_string(), "the text comes last");
    assert_eq!(file["inlineData"]["mimeType"], "application/pdf");
    let data = file["inlineData"]["data"].as_str().unwrap();
    Some(Document::load_mem(&BASE64_STANDARD.decode(data).unwrap()).unwrap())
}

/// The pages that requests were made from, in order.
fn pages(fake: &FakeGemini) -> Vec<String> {
    let requests = fake.server.requests().into_iter();
    let mut pages: Vec<_> = requests
        .map(|request| {
            let document = attached(&request.body).expect("a file");
            let pages = document.page_iter();
            let contents = pages.map(|page| document.get_page_content(page).unwrap());
            let contents: Vec<_> = contents
                .map(|content| String::from_utf8(content).unwrap())
                .collect();
            contents.concat().replace("% page", "").replace('\n', "")
        })
        .collect();
    pages.sort();
    pages
}

#[test]
fn parts_of_a_pdf_are_sent_in_turn_and_the_model_writes_the_context() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write("a.pdf", pdf(19));
    let ran = run(&sandbox, &fake, "--samples 12 --documents a.pdf").exits(0);
    let result = ran.json();
    assert_eq!(
        result["passages"],
        json!({"all": 3, "used": 3, "repeated": 0})
    );
    assert_eq!(result["documents"][0]["samples"], 12);
    assert_eq!(
        pages(&fake),
        [" 1 2 3 4 5 6 7 8", " 17 18 19", " 9 10 11 12 13 14 15 16"]
    );
    for sample in sandbox.jsonl(DATA) {
        let context = sample["context"].as_str().unwrap();
        assert!(context.starts_with("It is known that"), "{context}");
    }
    let request = &fake.server.requests()[0].body;
    let user = user_text(request);
    assert!(
        user.starts_with("Make the samples from the attached pages."),
        "{user}"
    );
    assert!(system_text(request).contains("Take every fact from the attached pages"));
    assert!(
        schema(request)
            .unwrap()
            .pointer("/properties/samples/items/properties/context")
            .is_some()
    );
}

#[test]
fn scanned_pages_are_read_beside_texts() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write("docs/lamp.txt", TEXT);
    sandbox.write("docs/scan.pdf", fixture("scan.pdf"));
    let ran = run(&sandbox, &fake, "--samples 4 --documents docs").exits(0);
    let documents = &ran.json()["documents"];
    let samples = [0, 1].map(|index| documents[index]["samples"].as_u64());
    // Two pages have more to say than a line of text.
    assert_eq!(samples, [Some(1), Some(3)]);
    let requests = fake.server.requests();
    let files: Vec<_> = requests
        .iter()
        .filter_map(|request| attached(&request.body))
        .map(|document| document.page_iter().count())
        .collect();
    assert_eq!((requests.len(), &files[..]), (2, &[2][..]));
    let contexts = sandbox.jsonl(DATA).into_iter();
    let filled = contexts.filter(|sample| sample["context"] == TEXT);
    assert_eq!(filled.count(), 1, "that of the text is filled in");
}

#[test]
fn a_run_goes_on_with_the_same_pages_only() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write("a.pdf", pdf(2));
    let words = "--resume --documents a.pdf --samples";
    run(&sandbox, &fake, &format!("{words} 2")).exits(0);
    run(&sandbox, &fake, &format!("{words} 4")).exits(0);
    assert_eq!(sandbox.jsonl(DATA).len(), 4);
    sandbox.write("a.pdf", pdf(3));
    run(&sandbox, &fake, &format!("{words} 6"))
        .exits(2)
        .says("document `a.pdf` has changed");
    sandbox.write("lighthouse.pdf", fixture("lighthouse.pdf"));
    let words = "--output-prefix other --resume --documents lighthouse.pdf --samples";
    run(&sandbox, &fake, &format!("{words} 2")).exits(0);
    let env = [("GOOGLE_API_KEY", KEY)];
    let text = format!("--format qa --output-format jsonl {words} 4 --base-url");
    sandbox
        .run_in(&env, &text, &[&fake.server.url()])
        .exits(2)
        .says("its native-pdf was given, and now is not given");
}

#[test]
fn pages_that_gemini_cannot_read_are_given_up_without_the_run() {
    for message in [
        "Request contains an invalid argument.",
        "The document has no pages.",
    ] {
        let sandbox = Sandbox::new();
        let fake = FakeGemini::with(move |request, order| match order {
            0 => Reply::Error {
                code: 400,
                status: "INVALID_ARGUMENT",
                message: message.to_owned(),
            },
            _ => answer_fully(request, order),
        });
        sandbox.write("a.pdf", pdf(16));
        let ran = run(&sandbox, &fake, "--samples 4 --documents a.pdf").exits(0);
        let ran = ran.says("the server cannot read the attached file");
        assert_eq!(ran.json()["samples"]["failed"]["attachment refused"], 2);
        let last = fake.server.requests().pop().unwrap();
        assert!(schema(&last.body).is_some(), "the schema is not to blame");
    }
}

#[test]
fn only_gemini_sees_pdf_files() {
    let sandbox = Sandbox::new();
    sandbox.write("a.pdf", pdf(1));
    for provider in ["offline", "openai --model m"] {
        let words = format!("--native-pdf --format qa --documents a.pdf --provider {provider}");
        sandbox
            .run(&words, &[])
            .exits(2)
            .says("--native-pdf needs --provider gemini");
    }
    let fake = FakeGemini::start();
    let env = [("GOOGLE_API_KEY", fake_gemini::KEY)];
    let words = format!("{QA} --samples 1 --query q --base-url");
    sandbox
        .run_in(&env, &words, &[&fake.server.url()])
        .exits(0)
        .says("--native-pdf has no effect without --documents");
    run(
        &sandbox,
        &fake,
        "--samples 1 --documents a.pdf --pdf-engine pdfboss",
    )
    .exits(0)
    .says("--pdf-engine has no effect with --native-pdf");
}

#[test]
fn nothing_made_from_pages_counts_as_grounded() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write("scan.pdf", fixture("scan.pdf"));
    let words = "--samples 2 --documents scan.pdf --keep-ungrounded";
    let ran = run(&sandbox, &fake, words).exits(0);
    assert_eq!(ran.json()["samples"]["ungrounded"], 2);
}
