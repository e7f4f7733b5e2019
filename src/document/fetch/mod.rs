//! A document from the network: one GET, its body to a file.
//!
//! Asks for what the user named and what that redirects to, and for nothing
//! else: follows no link, sends no key, tries nothing twice. No error holds a
//! user name, password or query, which may be secret.

mod error;
mod media_type;

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Response, Url};
use sha2::{Digest as _, Sha256};

use super::FileType;
use crate::net::{self, CONNECT_TIMEOUT, root_cause, tls_problem, without_secrets};

pub use error::FetchError;

use media_type::{Told, told};

/// Bytes at the start of a body that tell HTML from text.
const START: u64 = 512;

/// A document that was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    /// Its type, as far as the server and the URL tell.
    pub(super) file_type: FileType,
    /// Its bytes, from the first on, in a file without a name.
    pub(super) content: File,
}

/// What one document may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct FetchLimits {
    /// Most bytes of a body, counted after it was decompressed.
    pub(super) bytes: u64,
    /// Longest time, from the first look-up of a name to the last byte.
    pub(super) time: Duration,
    /// Most redirects.
    pub(super) redirects: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            bytes: super::Limits::default().file_bytes,
            time: Duration::from_secs(60),
            redirects: 5,
        }
    }
}

/// Whether `input` is meant as a URL, and not as a path.
pub(super) fn is_url(input: &str) -> bool {
    let is_scheme = |scheme: &str| {
        let start = input.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    is_scheme("http://") || is_scheme("https://")
}

/// `url` as it may be shown: without user name, password and fragment, and with
/// some digits of a digest for its query.
pub(super) fn shown(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut url) => {
            let query = url.query().map(digest);
            url.set_query(query.as_deref());
            url.set_fragment(None);
            // Fail for URLs that can hold neither.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.into()
        }
        Err(_) => without_secrets(url),
    }
}

fn digest(query: &str) -> String {
    let digest = Sha256::digest(query);
    let first_bytes = digest.first_chunk().expect("32 bytes");
    format!("{:08x}", u32::from_be_bytes(*first_bytes))
}

/// The document at `url`, kept in `folder` but not to be seen there.
///
/// Blocks, and must not be called by a task.
///
/// # Errors
///
/// There is none, or it takes more than `limits` allow.
pub(super) fn fetch(url: &str, folder: &Path, limits: FetchLimits) -> Result<Fetched, FetchError> {
    let named = Url::parse(url).map_err(|error| FetchError::Url(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(FetchError::Runtime)?;
    let fetched = runtime.block_on(async {
        let in_time = tokio::time::timeout(limits.time, get(named, folder, limits));
        in_time.await
    });
    // The look-up of a name that hangs is not waited for.
    runtime.shutdown_background();
    fetched.unwrap_or(Err(FetchError::Timeout { after: limits.time }))
}

/// What is at `url` or where that leads.
async fn get(mut url: Url, folder: &Path, limits: FetchLimits) -> Result<Fetched, FetchError> {
    for _ in 0..=limits.redirects {
        let response = send(&url).await?;
        let status = response.status();
        if status.is_success() {
            let told = told_type(&response, &url)?;
            let mut content = keep(response, &url, folder, limits).await?;
            let file_type = match told {
                Some(file_type) => file_type,
                None => looked_at(&mut content).map_err(FetchError::Disk)?,
            };
            return Ok(Fetched { file_type, content });
        }
        url = match response.headers().get(LOCATION) {
            Some(location) if status.is_redirection() => location
                .to_str()
                .ok()
                .and_then(|location| url.join(location).ok())
                .filter(|url| is_url(url.as_str()))
                .ok_or(FetchError::Redirect)?,
            _ => return Err(FetchError::Status { status }),
        };
    }
    Err(FetchError::TooManyRedirects(limits.redirects))
}

async fn send(url: &Url) -> Result<Response, FetchError> {
    let client = net::client_for(url)
        .build()
        .map_err(|error| FetchError::Tls {
            host: host(url),
            message: root_cause(error),
        })?;
    let sent = client.get(url.clone()).send().await;
    sent.map_err(|error| failure(url, error))
}

fn failure(url: &Url, error: reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Timeout {
            after: CONNECT_TIMEOUT,
        };
    }
    let host = host(url);
    match tls_problem(&error) {
        Some(message) => FetchError::Tls { host, message },
        None => FetchError::Transport {
            host,
            message: root_cause(error),
        },
    }
}

/// Host, and port if it was given.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The type that the server tells, or else the extension in `url`.
fn told_type(response: &Response, url: &Url) -> Result<Option<FileType>, FetchError> {
    let header = response.headers().get(CONTENT_TYPE);
    let header = header.and_then(|header| header.to_str().ok());
    let named = FileType::of(Path::new(url.path())).ok();
    let media_type = header.unwrap_or_default();
    match told(media_type) {
        // What servers know as Excel may be what Excel opens.
        Told::Type(FileType::Xls) => Ok(named
            .filter(|named| named.is_plain())
            .or(Some(FileType::Xls))),
        Told::Type(file_type) => Ok(Some(file_type)),
        Told::Text => Ok(named
            .filter(|named| named.is_plain())
            .or(Some(FileType::Text))),
        Told::Nothing => Ok(named),
        Told::Unreadable => Err(FetchError::MediaType(media_type.to_owned())),
    }
}

/// The body of `response` in a file, at its start.
async fn keep(
    mut response: Response,
    url: &Url,
    folder: &Path,
    limits: FetchLimits,
) -> Result<File, FetchError> {
    if response.content_length() > Some(limits.bytes) {
        return Err(FetchError::TooLarge(limits.bytes));
    }
    let mut file = tempfile::tempfile_in(folder).map_err(FetchError::Disk)?;
    let mut bytes = 0;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failure(url, error))?
    {
        bytes += chunk.len() as u64;
        if bytes > limits.bytes {
            return Err(FetchError::TooLarge(limits.bytes));
        }
        file.write_all(&chunk).map_err(FetchError::Disk)?;
    }
    file.rewind().map_err(FetchError::Disk)?;
    Ok(file)
}

/// The type of a body that nothing is told of, by its start; other types than
/// pages and texts are found by whoever reads it.
fn looked_at(content: &mut File) -> io::Result<FileType> {
    let mut start = Vec::new();
    (&*content).take(START).read_to_end(&mut start)?;
    content.rewind()?;
    Ok(FileType::of_unnamed(&start))
}

#[cfg(test)]
mod tests;
