//! The fakes themselves: what a test relies on when it relies on them.

mod gemini;
mod openai;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::server::{Delivery, Response, Server};

/// Sends one request and reads to the end of the connection.
fn send(address: SocketAddr, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    response
}

fn request(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// Status, head and body of a response.
fn post(server: &Server, path: &str, headers: &str, body: &str) -> (u16, String, String) {
    let response = send(server.address(), &request(path, headers, body));
    let response = String::from_utf8(response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), body.to_owned())
}

fn pair_score_schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["samples"],
        "properties": { "samples": { "type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["sentence1", "sentence2", "score"],
            "properties": {
                "sentence1": { "type": "string" },
                "sentence2": { "type": "string" },
                "score": { "type": "number" },
            },
        } } },
    })
}

fn samples(text: &Value) -> Vec<Value> {
    let answer: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
    answer["samples"].as_array().unwrap().clone()
}

fn message(body: &Value) -> &str {
    body["error"]["message"].as_str().unwrap()
}

#[test]
fn broken_wires_are_broken() {
    let whole = || Response::new(200, "text/plain", "0123456789");
    let server = Server::start(move |request| match request.order {
        0 => Delivery::Reset,
        1 => Delivery::Truncated(whole()),
        2 => Delivery::non_utf8(),
        3 => Delivery::redirect(302, "http://example.org/"),
        4 => Delivery::huge(1 << 20),
        5 => Delivery::Endless,
        _ => Delivery::Hang,
    });
    let answer = || send(server.address(), &request("/", "", "{}"));
    assert_eq!(answer(), b"");
    assert!(answer().ends_with(b"content-length: 10\r\n\r\n01234"));
    assert!(String::from_utf8(answer()).is_err());
    assert!(
        String::from_utf8(answer())
            .unwrap()
            .contains("location: http://example.org/")
    );
    assert!(answer().len() > 1 << 20);
    let asked = || {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(request("/", "", "{}").as_bytes()).unwrap();
        stream
    };
    let mut start = Vec::new();
    asked().take(4 << 20).read_to_end(&mut start).unwrap();
    assert_eq!(start.len(), 4 << 20);
    let mut hanging = asked();
    server.wait_for_requests(7);
    drop(server);
    assert_eq!(hanging.read(&mut [0; 8]).unwrap_or(0), 0);
}

#[test]
fn a_client_that_goes_away_is_no_longer_in_flight() {
    let server = Server::start(|_| Delivery::Hang);
    for count in 1..=3 {
        let request = request("/", "", "{}");
        assert_eq!(send(server.address(), &request), b"");
        server.wait_for_requests(count);
    }
    assert_eq!(server.most_in_flight(), 1);
}

#[tokio::test]
async fn a_real_client_understands_the_server() {
    // Plain HTTP needs no cryptography, but reqwest insists on a provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let whole = || Response::new(200, "text/plain", "0123456789");
    let server = Server::start(move |request| match request.order {
        0 | 1 => Delivery::Whole(whole()),
        2 => Delivery::Truncated(whole()),
        _ => Delivery::Reset,
    });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = || client.post(server.url()).body("{}").send();
    for _ in 0..2 {
        assert_eq!(post().await.unwrap().text().await.unwrap(), "0123456789");
    }
    assert!(post().await.unwrap().text().await.is_err());
    assert!(post().await.is_err());
}

#[test]
fn a_sandbox_holds_what_was_written() {
    let sandbox = Sandbox::new();
    sandbox.write("a/b.jsonl", "{\"a\":1}\n{\"a\":2}\n");
    assert_eq!(sandbox.files(), ["a/b.jsonl"]);
    assert_eq!(
        sandbox.jsonl("a/b.jsonl"),
        [json!({ "a": 1 }), json!({ "a": 2 })]
    );
}
