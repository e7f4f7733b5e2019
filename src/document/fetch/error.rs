//! What can go wrong with a URL, and what to do about it.
//!
//! Holds no user name, password or query.

use std::io;
use std::time::Duration;

use reqwest::StatusCode;

/// Why a URL gave no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is no URL.
    #[error("no URL: {0}; check the address")]
    Url(String),
    /// The server has no such document, or does not hand it out.
    #[error("the server answered {status}; {}", what_to_do(*.status))]
    Status {
        /// What it answered.
        status: StatusCode,
    },
    /// The body is larger than is read.
    #[error("larger than {} MiB; download it and split it into smaller files", .0 >> 20)]
    TooLarge(u64),
    /// The body is not there in time.
    #[error("not there within {} s; try again later, or download it and name the file", .after.as_secs_f32())]
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// One redirect leads to another.
    #[error("redirects more than {0} times; check the address")]
    TooManyRedirects(usize),
    /// It redirects to nothing that can be fetched.
    #[error("redirects to no address with http:// or https://; check the address")]
    Redirect,
    /// The media type is one that holds no text.
    #[error("of media type `{0}`, which no text is read from")]
    MediaType(String),
    /// Nothing can be waited for.
    #[error("cannot be waited for: {0}; try again")]
    Runtime(io::Error),
    /// The connection could not be made or broke.
    #[error("connection to {host} failed: {message}; check the address and the network")]
    Transport {
        /// Host and port.
        host: String,
        /// What happened.
        message: String,
    },
    /// The server cannot be trusted, or speaks no TLS.
    #[error("no secure connection to {host}: {message}; SSL_CERT_FILE may name what to trust")]
    Tls {
        /// Host and port.
        host: String,
        /// What is wrong.
        message: String,
    },
    /// The body cannot be kept until it is read.
    #[error("cannot be kept in the folder for temporary files: {0}; make room, or set TMPDIR")]
    Disk(io::Error),
}

fn what_to_do(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "download it with a browser, and name the file"
        }
        StatusCode::TOO_MANY_REQUESTS => "try again later",
        status if status.is_server_error() => "try again later",
        _ => "check the address",
    }
}
