use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// A server that sends the same bytes to every request, and then nothing more
/// until the client is gone, or closes the connection.
struct Server {
    address: SocketAddr,
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Closes,
    Waits,
}

impl Server {
    fn sends(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        let bytes = bytes.into();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that has enough hangs up.
                let _ = answer(stream, &bytes, then);
            }
        });
        Self { address }
    }

    /// Sends a success with these headers, a line each, and this body.
    fn succeeds(headers: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}\r\n");
        Self::sends([head.as_bytes(), body].concat(), Then::Closes)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn answer(mut stream: TcpStream, bytes: &[u8], then: Then) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
    }
    stream.write_all(bytes)?;
    if then == Then::Waits {
        reader.read_to_end(&mut Vec::new())?;
    }
    Ok(())
}

fn fetched(url: &str, limits: FetchLimits) -> Result<(FileType, String), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let fetched = fetch(url, folder.path(), limits);
    let left = folder.path().read_dir().expect("a folder").count();
    // On Windows it has one, until it is closed.
    assert!(left == 0 || cfg!(windows), "the file has no name");
    let mut fetched = fetched.map_err(|error| error.to_string())?;
    let mut text = String::new();
    fetched.content.read_to_string(&mut text).expect("a text");
    assert_eq!(
        fetched.content.metadata().expect("a file").len(),
        text.len() as u64
    );
    Ok((fetched.file_type, text))
}

fn file_type(headers: &str, path: &str, body: &str) -> FileType {
    let server = Server::succeeds(headers, body.as_bytes());
    let fetched = fetched(&server.url(path), FetchLimits::default());
    fetched.expect("a document").0
}

fn up_to(bytes: u64) -> FetchLimits {
    FetchLimits {
        bytes,
        ..FetchLimits::default()
    }
}

#[test]
fn the_type_is_what_the_server_says_then_the_extension_then_the_content() {
    let html = "content-type: text/html\r\n";
    let binary = "content-type: application/octet-stream\r\n";
    let plain = "content-type: text/plain\r\n";
    for (headers, path, body, expected) in [
        (html, "/a.md", "x", FileType::Html),
        (binary, "/a.md?b=c.csv", "x", FileType::Markdown),
        ("", "/a.md", "x", FileType::Markdown),
        (plain, "/a.csv", "x", FileType::Csv),
        (plain, "/a.html", "x", FileType::Text),
        (plain, "/a", "<html>", FileType::Text),
        ("", "/a", " <!DOCTYPE html>", FileType::Html),
        ("", "/a.php", "text", FileType::Text),
    ] {
        let told = file_type(headers, path, body);
        assert_eq!(told, expected, "{headers}{path}");
    }
}

#[test]
fn what_holds_no_text_is_not_read() {
    let server = Server::sends(
        "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n",
        Then::Waits,
    );
    assert_eq!(
        fetched(&server.url("/"), FetchLimits::default()),
        Err("of media type `video/mp4`, which no text is read from".to_owned())
    );
}

#[test]
fn a_body_is_as_large_as_it_may_be_and_no_larger() {
    let told = "larger than 0 MiB; download it and split it into smaller files";
    for length in ["", "content-length: 4\r\n"] {
        let url = Server::succeeds(length, b"1234").url("/");
        assert_eq!(
            fetched(&url, up_to(4)),
            Ok((FileType::Text, "1234".to_owned()))
        );
        assert_eq!(fetched(&url, up_to(3)), Err(told.to_owned()));
    }
}

#[test]
fn a_body_that_is_announced_as_too_large_is_not_read() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n";
    let url = Server::sends(head, Then::Waits).url("/");
    let error = fetched(&url, up_to(3)).expect_err("too large");
    assert!(error.starts_with("larger than"), "{error}");
}

#[test]
fn a_packed_body_counts_as_what_it_unpacks_to() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b'a'; 1 << 20]).expect("packed");
    let packed = packed.finish().expect("packed");
    let url = Server::succeeds("content-encoding: gzip\r\n", &packed).url("/");
    assert!(packed.len() < 2_000);
    assert!(fetched(&url, up_to(2_000)).is_err());
    let (_, text) = fetched(&url, up_to(1 << 20)).expect("within the limit");
    assert_eq!(text.len(), 1 << 20);
}

#[test]
fn a_body_that_does_not_end_is_not_waited_for() {
    let limits = FetchLimits {
        time: Duration::from_millis(50),
        ..FetchLimits::default()
    };
    for sent in ["", "HTTP/1.1 200 OK\r\n\r\nthe beginning"] {
        let server = Server::sends(sent, Then::Waits);
        assert_eq!(
            fetched(&server.url("/"), limits),
            Err(
                "not there within 0.05 s; try again later, or download it and name the file"
                    .to_owned()
            )
        );
    }
}

#[test]
fn a_body_that_breaks_off_is_no_document() {
    let server = Server::succeeds("content-length: 9\r\n", b"half");
    let error = fetched(&server.url("/"), FetchLimits::default()).expect_err("half a body");
    let start = format!("connection to {} failed: ", server.address);
    assert!(error.starts_with(&start), "{error}");
}

#[test]
fn only_http_is_followed() {
    for location in ["file:///etc/passwd", "ftp://a.example/", "http://["] {
        let head = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\n\r\n");
        let server = Server::sends(head, Then::Closes);
        assert_eq!(
            fetched(&server.url("/"), FetchLimits::default()),
            Err("redirects to no address with http:// or https://; check the address".to_owned())
        );
    }
}

#[test]
fn a_folder_that_takes_no_file_is_an_error() {
    let server = Server::succeeds("", b"text");
    let missing = Path::new("/no/such/folder");
    let error = fetch(&server.url("/"), missing, FetchLimits::default());
    assert!(matches!(error, Err(FetchError::Disk(_))), "{error:?}");
}

#[test]
fn urls_are_told_from_paths() {
    for url in ["http://a", "https://a/b.md", "HTTPS://a"] {
        assert!(is_url(url), "{url}");
    }
    for path in ["http", "a/http://b", "https:/a", "ftp://a", "höhttp://"] {
        assert!(!is_url(path), "{path}");
    }
}

#[test]
fn what_may_be_secret_is_not_shown() {
    for (url, expected) in [
        (
            "https://me:pass@a.example/@b/c.md?key=k#f",
            "https://a.example/@b/c.md?566c030e",
        ),
        ("https://a.example", "https://a.example/"),
        ("https://me:pass@?key=k", "https://…@"),
    ] {
        assert_eq!(shown(url), expected);
    }
}
