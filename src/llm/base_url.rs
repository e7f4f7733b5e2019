//! The part of a URL that the user chooses: scheme, host, port, leading path.
//!
//! Does not know which paths the providers append.

use std::fmt;

use reqwest::Url;

use super::SetupError;
use crate::net::{self, without_secrets};

/// An `http` or `https` URL without trailing slash, query and credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The base URL in `text`.
    ///
    /// # Errors
    ///
    /// `text` is no URL, of another scheme, or holds what must not be in a
    /// base URL. The error does not repeat passwords and queries.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        let text = text.trim();
        let refused = |problem| SetupError::BaseUrl {
            value: without_secrets(text),
            problem,
        };
        let mut url = Url::parse(text).map_err(|_| refused("is no URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("holds a query or fragment"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Whether it names this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        net::is_loopback(&self.0)
    }

    /// Whether it is `https`.
    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Itself, if what is sent there is encrypted or stays on this machine.
    ///
    /// # Errors
    ///
    /// Neither is so, and it is not `allowed` either.
    pub(super) fn unless_plain(self, allowed: bool) -> Result<Self, SetupError> {
        match allowed || self.is_encrypted() || self.is_loopback() {
            true => Ok(self),
            false => Err(SetupError::PlainHttp {
                host: self.authority().to_owned(),
            }),
        }
    }

    /// Whether it is `OpenAI`'s own.
    #[must_use]
    pub fn is_openai(&self) -> bool {
        self.0.host_str() == Some("api.openai.com")
    }

    /// Host, and port if it was given.
    pub(super) fn authority(&self) -> &str {
        self.0.authority()
    }

    /// The path without trailing slash; empty if there is none.
    pub(super) fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// `path`, which begins with a slash, below this URL.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.path()));
        url
    }

    /// Without the first of `endings` that the path ends in.
    pub(super) fn without_ending(mut self, endings: &[&str]) -> Self {
        let path = endings
            .iter()
            .find_map(|ending| self.path().strip_suffix(ending))
            .map(|path| path.trim_end_matches('/').to_owned());
        if let Some(path) = path {
            self.0.set_path(&path);
        }
        self
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> BaseUrl {
        BaseUrl::parse(text).expect("a base URL")
    }

    #[test]
    fn trailing_slashes_make_no_difference() {
        assert_eq!(base("https://a.example/v1//"), base("https://a.example/v1"));
        assert_eq!(base(" http://a.example/ ").to_string(), "http://a.example");
        assert_eq!(
            base("http://a.example/").join("/x").as_str(),
            "http://a.example/x"
        );
    }

    #[test]
    fn only_the_first_fitting_ending_is_cut() {
        let cut = |text| {
            base(text)
                .without_ending(&["/v1/openai", "/v1"])
                .to_string()
        };
        assert_eq!(cut("https://a.example/v1/openai"), "https://a.example");
        assert_eq!(cut("https://a.example/v1/v1"), "https://a.example/v1");
        assert_eq!(cut("https://a.example/b"), "https://a.example/b");
    }

    #[test]
    fn loopback_is_told_by_name_and_by_address() {
        for text in [
            "http://localhost:1",
            "http://127.8.9.1",
            "http://[::1]:8080",
            "http://LOCALHOST",
        ] {
            assert!(base(text).is_loopback(), "{text}");
        }
        for text in [
            "http://localhost.example",
            "http://10.0.0.1",
            "http://[::2]",
        ] {
            assert!(!base(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for text in [
            "https://a.example",
            "http://127.0.0.1:1/v1",
            "http://[::1]",
            "http://localhost:11434",
        ] {
            assert_eq!(base(text).unless_plain(false), Ok(base(text)), "{text}");
        }
        for (text, host) in [
            ("http://a.example/v1", "a.example"),
            ("http://10.0.0.1:8080/v1", "10.0.0.1:8080"),
            ("http://192.168.0.2", "192.168.0.2"),
            (
                "http://host.docker.internal:11434",
                "host.docker.internal:11434",
            ),
            ("http://0.0.0.0:8080", "0.0.0.0:8080"),
            ("http://localhost.example", "localhost.example"),
        ] {
            let host = host.to_owned();
            let refused = Err(SetupError::PlainHttp { host });
            assert_eq!(base(text).unless_plain(false), refused, "{text}");
            assert_eq!(base(text).unless_plain(true), Ok(base(text)));
        }
    }

    #[test]
    fn a_wrong_base_url_is_named_without_its_secrets() {
        let value = |text| match BaseUrl::parse(text) {
            Err(SetupError::BaseUrl { value, problem }) => format!("{value} {problem}"),
            other => panic!("{other:?}"),
        };
        assert_eq!(value("nonsense"), "nonsense is no URL");
        assert_eq!(
            value("localhost:80"),
            "localhost:80 is neither http nor https"
        );
        assert_eq!(
            value("https://me:pass@a.example"),
            "https://…@a.example holds a user name or password"
        );
        assert_eq!(
            value("https://a.example/v1?key=secret"),
            "https://a.example/v1 holds a query or fragment"
        );
        assert_eq!(value("https://me:pass@"), "https://…@ is no URL");
    }
}
