//! `--documents` with URLs: what is fetched, and what is told of it.

use std::fs;

use crate::fake_gemini::{self, FakeGemini};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::server::{Delivery, RecordedRequest, Response, Server};

const OFFLINE: &str = "--provider offline --format pair --samples 1 --json --documents";

const PAGE: &str = "<title>Lamps</title><p>The lamp of the tower was lit in 1822.</p>";

/// A server with a page, a PDF, a text with a wrong name, and what goes wrong.
fn site() -> Server {
    Server::start(|request| match request.path.as_str() {
        "/page" | "/page.pdf" => page(),
        "/away" => Delivery::redirect(302, "page?from=away"),
        "/loop" => Delivery::redirect(307, "/loop?again"),
        "/file.pdf" => {
            let path = concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/documents/lighthouse.pdf"
            );
            let pdf = fs::read(path).unwrap();
            Delivery::Whole(Response::new(200, "application/octet-stream", pdf))
        }
        "/endless.txt" => Delivery::Endless,
        "/reset" => Delivery::Reset,
        "/locked" => Delivery::Whole(Response::new(401, "text/html", "log in")),
        _ => Delivery::Whole(Response::new(404, "text/html", "nothing here")),
    })
}

fn page() -> Delivery {
    Delivery::Whole(Response::new(200, "text/html; charset=utf-8", PAGE))
}

fn paths(ran: &Ran) -> Vec<String> {
    let documents = ran.json()["documents"].clone();
    let documents = documents.as_array().unwrap().iter();
    documents
        .map(|document| document["path"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_url_is_a_document_as_a_file_is() {
    let (sandbox, site) = (Sandbox::new(), site());
    sandbox.write("a.txt", "A text about a keeper.");
    let [page, pdf, away] = ["/page", "/file.pdf", "/away"].map(|path| site.url() + path);
    let ran = sandbox
        .run(OFFLINE, &["a.txt", &page, &pdf, &away, &page])
        .exits(0);
    assert_eq!(paths(&ran), ["a.txt", &page, &pdf, &away]);
    let documents = ran.json()["documents"].clone();
    assert_eq!(documents[1]["bytes"], PAGE.len());
    assert_eq!(documents[1]["text_sha256"], documents[3]["text_sha256"]);
    // Several at once, so in any order.
    let mut asked: Vec<_> = site.requests().iter().map(target).collect();
    asked.sort();
    assert_eq!(
        asked,
        ["/away?", "/file.pdf?", "/page?", "/page?from=away"],
        "what was named, once each"
    );
}

fn target(request: &RecordedRequest) -> String {
    assert_eq!(request.method, "GET");
    format!("{}?{}", request.path, request.query)
}

#[test]
fn the_type_that_the_server_tells_outranks_the_extension() {
    let (sandbox, site) = (Sandbox::new(), site());
    let url = site.url() + "/page.pdf";
    let words = "--provider offline --format qa --samples 1 --output-format jsonl --documents";
    let ran = sandbox.run(words, &[&url]).exits(0);
    let context = sandbox.jsonl(ran.stdout.trim())[0]["context"].clone();
    assert!(
        context.as_str().unwrap().ends_with("was lit in 1822."),
        "{context}"
    );
    assert!(!context.as_str().unwrap().contains('<'), "{context}");
}

#[test]
fn a_url_without_a_document_is_named_with_its_reason() {
    let site = site();
    for (path, said) in [
        (
            "/gone.txt",
            "the server answered 404 Not Found; check the address",
        ),
        (
            "/locked",
            "the server answered 401 Unauthorized; download it with a browser",
        ),
        ("/loop", "redirects more than 5 times; check the address"),
        ("/endless.txt", "larger than 256 MiB; download it"),
        ("/reset", "check the address and the network"),
    ] {
        let sandbox = Sandbox::new();
        let url = site.url() + path;
        sandbox
            .run(OFFLINE, &[&url])
            .exits(2)
            .says(&format!("cannot use `{url}`: "))
            .says(said);
        assert!(sandbox.files().is_empty(), "{path}");
    }
    let loops = site.requests().into_iter();
    assert_eq!(loops.filter(|request| request.path == "/loop").count(), 6);
}

#[test]
fn a_url_without_a_document_is_skipped_beside_others() {
    let (sandbox, site) = (Sandbox::new(), site());
    let [page, gone] = ["/page", "/gone"].map(|path| site.url() + path);
    let skipped = format!("`{gone}`: the server answered 404 Not Found");
    let ran = sandbox.run(OFFLINE, &[&gone, &page]).exits(0);
    assert_eq!(paths(&ran.says(&skipped)), [&*page]);
    sandbox
        .run(
            OFFLINE,
            &[&gone, &page, "--strict-documents", "--overwrite"],
        )
        .exits(2)
        .says(&skipped)
        .says("--strict-documents");
}

#[test]
fn a_url_is_no_pattern_and_needs_a_host() {
    let (sandbox, site) = (Sandbox::new(), site());
    let pattern = site.url() + "/pages/*.html?[a]";
    sandbox.run(OFFLINE, &[&pattern]).exits(2).says("404");
    sandbox
        .run(OFFLINE, &["http://"])
        .exits(2)
        .says("cannot use `http://`: no URL: empty host; check the address");
}

#[test]
fn what_is_secret_in_a_url_goes_to_its_server_and_nowhere_else() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let other = site();
    let elsewhere = other.url() + "/page";
    let site = Server::start(move |request| match request.path.as_str() {
        "/page" => page(),
        "/away" => Delivery::redirect(302, &elsewhere),
        _ => Delivery::Whole(Response::new(404, "text/html", "nothing here")),
    });
    let host = site.address();
    let url = |path| format!("http://me:user-secret@{host}{path}?key=query-secret#hash-secret");
    let [page, away, gone] = ["/page", "/away", "/gone"].map(url);
    let env = [("GOOGLE_API_KEY", fake_gemini::KEY)];
    let words = "--format qa --samples 2 --json --log-level debug --incremental-save --documents";
    let base_url = ["--base-url", &fake.server.url()];
    let ran = sandbox
        .run_in(
            &env,
            words,
            &[&[&*page, &away, &gone], &base_url[..]].concat(),
        )
        .exits(0);
    let alone = sandbox
        .run_in(&env, words, &[&[&*gone], &base_url[..]].concat())
        .exits(2);
    let files = sandbox.files().into_iter();
    let files = files.map(|file| fs::read(sandbox.path(&file)).unwrap());
    let files: Vec<_> = files
        .map(|file| String::from_utf8_lossy(&file).into_owned())
        .collect();
    let prompts = fake.server.requests().into_iter();
    let prompts = prompts.map(|request| String::from_utf8(request.raw_body).unwrap());
    let said = [ran.stdout, ran.stderr, alone.stdout, alone.stderr];
    for text in said.into_iter().chain(files).chain(prompts) {
        assert!(!text.contains("secret"), "{text}");
    }
    let first = &site.requests()[0];
    assert_eq!(first.query, "key=query-secret");
    assert!(first.header("authorization").is_some());
    let handed_on = &other.requests()[0];
    let mut headers: Vec<_> = handed_on.headers.iter().map(|(name, _)| &**name).collect();
    headers.sort_unstable();
    assert_eq!(headers, ["accept", "accept-encoding", "host", "user-agent"]);
}

#[test]
fn a_proxy_is_used_for_documents_of_other_hosts() {
    let (sandbox, proxy) = (Sandbox::new(), Server::start(|_| page()));
    let url = "http://pages.invalid/a";
    let ran = sandbox
        .run_in(&[("http_proxy", &proxy.url())], OFFLINE, &[url])
        .exits(0);
    assert_eq!(paths(&ran), [url]);
    assert_eq!(proxy.requests()[0].path, url);
}
