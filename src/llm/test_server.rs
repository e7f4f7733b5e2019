//! A server on the loopback that answers from a script and remembers what it
//! was asked. Only for tests.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Answer, ChatRequest, ItemShape, Wanted};

/// One scripted reply.
pub(super) enum Reply {
    /// A whole response.
    Whole(Response),
    /// A success whose body ends before its time.
    BreaksOff,
    /// None, ever.
    Silence,
}

impl Reply {
    pub(super) fn json(status: u16, body: &str) -> Self {
        let response = Response::builder().status(status);
        Self::Whole(
            response
                .body(Body::from(body.to_owned()))
                .expect("a response"),
        )
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Whole(response) = &mut self {
            let value = value.parse().expect("a header value");
            response.headers_mut().insert(name, value);
        }
        self
    }
}

/// What the server was asked.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) path: String,
    headers: HeaderMap,
    pub(super) body: Value,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    requests: Vec<Request>,
}

/// Plays its replies in order, and 599 after the last.
pub(super) struct TestServer {
    pub(super) url: String,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl TestServer {
    pub(super) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Arc::new(Mutex::new(Script {
            replies: replies.into_iter().collect(),
            requests: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let played = Arc::clone(&script);
        let router = Router::new().fallback(move |uri, headers, body| {
            let reply = next(&played, uri, headers, &body);
            async move { play(reply).await }
        });
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("an open port");
        });
        Self {
            url: format!("http://{address}"),
            script,
            task,
        }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        lock(&self.script).requests.clone()
    }

    /// Closes the port and tells its URL.
    pub(super) async fn stop(self) -> String {
        self.task.abort();
        self.task.await.expect_err("an aborted task");
        self.url
    }
}

fn lock(script: &Mutex<Script>) -> std::sync::MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::needless_pass_by_value, reason = "axum hands them over")]
fn next(script: &Mutex<Script>, uri: Uri, headers: HeaderMap, body: &Bytes) -> Option<Reply> {
    let mut script = lock(script);
    script.requests.push(Request {
        path: uri.path().to_owned(),
        headers,
        body: serde_json::from_slice(body).expect("a request of JSON"),
    });
    script.replies.pop_front()
}

async fn play(reply: Option<Reply>) -> Response {
    match reply {
        Some(Reply::Whole(response)) => response,
        Some(Reply::Silence) => std::future::pending().await,
        Some(Reply::BreaksOff) => {
            let parts = [Ok("{\"half\":"), Err(io::Error::other("breaks off"))];
            Response::new(Body::from_stream(futures_util::stream::iter(parts)))
        }
        None => Response::builder()
            .status(599)
            .body(Body::empty())
            .expect("a response"),
    }
}

/// A request for one item without fields.
pub(super) fn request() -> ChatRequest {
    let shape = ItemShape {
        name: "empty".into(),
        fields: vec![],
    };
    ChatRequest {
        system: "Be brief.".into(),
        user: "Write.".into(),
        attachment: None,
        answer: Answer::Samples(Wanted {
            shape: Arc::new(shape),
            count: 1,
            passage: None,
            classes: None,
        }),
        seed: None,
        number: 0,
    }
}
