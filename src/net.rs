//! What all connections have in common: how a client is made, and what goes
//! wrong with one, in words.
//!
//! Sends nothing; knows neither keys nor what is asked for.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Url};
use rustls::CertificateError;

/// Longest time in which a connection is made.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client for the host of `url`.
///
/// It uses the proxies of the environment, but not for this very machine, and
/// follows no redirect, since that would hand on what is sent.
pub(crate) fn client_for(url: &Url) -> ClientBuilder {
    // An error says that a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("sdgen/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT);
    if is_loopback(url) {
        builder = builder.no_proxy();
        if url.scheme() == "http" {
            // Spares slim containers the certificates that are never looked at.
            builder = builder.tls_certs_only([]);
        }
    }
    builder
}

/// Whether `url` names this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// `text`, which should be a URL, without what stands before an `@` or after
/// a `?`.
pub(crate) fn without_secrets(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let Some((credentials, rest)) = text.rsplit_once('@') else {
        return text.to_owned();
    };
    let scheme = credentials
        .split_once("://")
        .map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}…@{rest}")
}

/// What TLS has against the server; `None` for an error of another kind, and
/// for trouble that may pass.
pub(crate) fn tls_problem(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(problem_in)
}

fn problem_in(cause: &(dyn Error + 'static)) -> Option<String> {
    // An I/O error does not count what it is made of among its sources.
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return problem_in(error.get_ref()?);
    }
    match cause.downcast_ref()? {
        rustls::Error::InvalidCertificate(problem) => Some(certificate_problem(problem)),
        rustls::Error::InvalidMessage(_) => Some("it does not speak TLS".to_owned()),
        error @ rustls::Error::PeerIncompatible(_) => Some(error.to_string()),
        _ => None,
    }
}

fn certificate_problem(problem: &CertificateError) -> String {
    match problem {
        CertificateError::UnknownIssuer => "nobody who is trusted here signed its certificate",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name"
        }
        problem => return format!("its certificate is invalid: {problem}"),
    }
    .to_owned()
}

/// The last cause, such as "Connection refused (os error 111)"; no URL.
pub(crate) fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let last = causes(&error).last();
    last.map(ToString::to_string).unwrap_or_default()
}

/// `error` and its causes.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}
