//! A small HTTP/1.1 server on the loopback, shared by the fakes.
//!
//! Written by hand because half of what it must do no HTTP library offers:
//! to hang, to close without a word, to send half a body.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// Longest wait for a request that should have come; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct RecordedRequest {
    /// Number of requests that came before.
    pub(crate) order: usize,
    pub(crate) arrival: Instant,
    pub(crate) method: String,
    /// Path without the query.
    pub(crate) path: String,
    /// What followed the `?`; may be empty.
    pub(crate) query: String,
    /// Lower-case names and values, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) raw_body: Vec<u8>,
    /// The body as JSON; null if it is none.
    pub(crate) body: Value,
}

impl RecordedRequest {
    /// The value of the first header called `name` (in lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A response as it should be sent.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// `content-length` comes by itself.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Head and body. The length is that of the whole body.
    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} X\r\n", self.status);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        write!(head, "content-length: {}\r\n\r\n", self.body.len()).unwrap();
        [head.as_bytes(), &self.body].concat()
    }
}

/// What happens to a request on the wire.
#[derive(Debug, Clone)]
pub(crate) enum Delivery {
    Whole(Response),
    /// The head and half of the body, then the connection closes.
    Truncated(Response),
    /// The head and the body, a byte every tenth of a second.
    Drip(Response),
    /// The head and a body of chunks without an end.
    Endless,
    /// Nothing, until the client or the server goes away.
    Hang,
    /// The connection closes without a word.
    Reset,
    /// Waits for one permit of the semaphore, which it uses up.
    Gated(Arc<Semaphore>, Box<Delivery>),
    /// Something else happens as soon as it is sent.
    Then(Box<Delivery>, Deed),
}

/// Something that a test does.
#[derive(Clone)]
pub(crate) struct Deed(Arc<dyn Fn() + Send + Sync>);

impl Deed {
    pub(crate) fn new(deed: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(deed))
    }
}

impl std::fmt::Debug for Deed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Deed")
    }
}

impl Delivery {
    /// A JSON response that is not UTF-8.
    pub(crate) fn non_utf8() -> Self {
        Self::Whole(Response::new(
            200,
            "application/json",
            b"{\"a\":\"\xFF\xFE\"}",
        ))
    }

    /// A response that points to another address.
    pub(crate) fn redirect(status: u16, to: &str) -> Self {
        let response = Response::new(status, "text/html", "moved");
        Self::Whole(response.with_header("location", to))
    }

    /// A valid JSON text of somewhat more than `bytes`.
    pub(crate) fn huge(bytes: usize) -> Self {
        let body = format!("\"{}\"", "a".repeat(bytes));
        Self::Whole(Response::new(200, "application/json", body))
    }
}

/// What came in so far.
#[derive(Debug, Default)]
struct Log {
    books: Mutex<Books>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Books {
    requests: Vec<RecordedRequest>,
    in_flight: usize,
    most_in_flight: usize,
}

impl Log {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Books the request; it is in flight until the guard is dropped.
    fn enter(self: &Arc<Self>, request: Request) -> (RecordedRequest, InFlight) {
        let mut books = self.books();
        let request = request.recorded(books.requests.len());
        books.requests.push(request.clone());
        books.in_flight += 1;
        books.most_in_flight = books.most_in_flight.max(books.in_flight);
        self.changed.notify_all();
        (request, InFlight(Arc::clone(self)))
    }
}

struct InFlight(Arc<Log>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.books().in_flight -= 1;
    }
}

/// Makes the delivery for a request.
type Handler = dyn Fn(&RecordedRequest) -> Delivery + Send + Sync;

/// A server on its own thread; stopped on drop, whatever hangs.
pub(crate) struct Server {
    address: SocketAddr,
    log: Arc<Log>,
    runtime: Option<Runtime>,
}

impl Server {
    pub(crate) fn start(
        handler: impl Fn(&RecordedRequest) -> Delivery + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Log::default());
        // One worker, so that an answered request is out of the books before
        // the next one can enter: the most in flight is exact.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(serve(listener, Arc::clone(&log), Arc::new(handler)));
        Self {
            address,
            log,
            runtime: Some(runtime),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>`, without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in the order of their arrival.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.log.books().requests.clone()
    }

    /// The most requests that were unanswered at once.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.log.books().most_in_flight
    }

    /// Waits until `count` requests have come in all.
    pub(crate) fn wait_for_requests(&self, count: usize) {
        let (books, wait) = self
            .log
            .changed
            .wait_timeout_while(self.log.books(), PATIENCE, |books| {
                books.requests.len() < count
            })
            .unwrap();
        let come = books.requests.len();
        assert!(!wait.timed_out(), "{come} of {count} requests came");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(listener: TcpListener, log: Arc<Log>, handler: Arc<Handler>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&log), Arc::clone(&handler)));
    }
}

/// Answers the requests of one connection until it is over.
async fn converse(mut stream: TcpStream, log: Arc<Log>, handler: Arc<Handler>) {
    let mut buffer = Vec::new();
    while let Some(request) = receive(&mut stream, &mut buffer).await {
        let (request, in_flight) = log.enter(request);
        let sent = deliver(&mut stream, handler(&request)).await;
        drop(in_flight);
        if sent.is_none() {
            break;
        }
    }
}

/// Sends what is to be sent; `None` ends the connection.
async fn deliver(stream: &mut TcpStream, mut delivery: Delivery) -> Option<()> {
    while let Delivery::Gated(gate, inner) = delivery {
        tokio::select! {
            permit = gate.acquire() => permit.ok()?.forget(),
            () = hung_up(stream) => return None,
        }
        delivery = *inner;
    }
    match delivery {
        Delivery::Whole(response) => stream.write_all(&response.bytes()).await.ok(),
        Delivery::Truncated(response) => {
            let bytes = response.bytes();
            let kept = bytes.len() - response.body.len().div_ceil(2);
            stream.write_all(&bytes[..kept]).await.ok()?;
            None
        }
        Delivery::Drip(response) => {
            let bytes = response.bytes();
            let (head, body) = bytes.split_at(bytes.len() - response.body.len());
            stream.write_all(head).await.ok()?;
            for byte in body {
                stream.write_all(&[*byte]).await.ok()?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Some(())
        }
        Delivery::Endless => {
            let head = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n";
            stream.write_all(head).await.ok()?;
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {}
            None
        }
        Delivery::Hang => {
            hung_up(stream).await;
            None
        }
        Delivery::Then(delivery, deed) => {
            let sent = Box::pin(deliver(stream, *delivery)).await;
            (deed.0)();
            sent
        }
        Delivery::Reset | Delivery::Gated(..) => None,
    }
}

/// Waits until the client has closed the connection.
async fn hung_up(stream: &TcpStream) {
    let mut byte = [0];
    while matches!(stream.peek(&mut byte).await, Ok(1..)) {
        // A client that pipelines would be polled in a loop; ours does not.
        tokio::task::yield_now().await;
    }
}

/// A request that was read and not yet booked.
struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    fn recorded(self, order: usize) -> RecordedRequest {
        let mut lines = self.head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        RecordedRequest {
            order,
            arrival: Instant::now(),
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: lines.filter_map(header).collect(),
            body: serde_json::from_slice(&self.body).unwrap_or_default(),
            raw_body: self.body,
        }
    }
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_lowercase(), value.trim().to_owned()))
}

/// The next request; `None` when the client is done.
async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let head_end = loop {
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        more(stream, buffer).await?;
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let end = head_end + content_length(&head);
    while buffer.len() < end {
        more(stream, buffer).await?;
    }
    let body = buffer[head_end..end].to_vec();
    buffer.drain(..end);
    Some(Request { head, body })
}

/// Reads on; `None` at the end.
async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let count = stream.read_buf(buffer).await.ok()?;
    (count > 0).then_some(())
}

fn content_length(head: &str) -> usize {
    let mut headers = head.lines().filter_map(header);
    headers
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, length)| length.parse().ok())
        .unwrap_or(0)
}
