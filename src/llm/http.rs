//! One POST or GET: JSON out, status and bytes back.
//!
//! Follows no redirect, since that would hand the key on; retries nothing;
//! reads no meaning into status or body.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::Value;

use super::{BaseUrl, LlmError, RateLimits, SetupError, delay};
use crate::net::{self, CONNECT_TIMEOUT, root_cause, tls_problem};

/// Far more than any answer; a body beyond it, decompressed, is no answer.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// One URL that is asked, over and over.
pub(super) struct Http {
    client: Client,
    url: Url,
    host: String,
    timeout: Duration,
}

/// What came back, whatever the status.
#[derive(Debug)]
pub(super) struct HttpResponse {
    /// HTTP status; never a redirect.
    pub(super) status: u16,
    /// The pause that the headers ask for.
    pub(super) retry_after: Option<Duration>,
    /// What the headers say of the server's limits.
    pub(super) limits: RateLimits,
    /// The body, decompressed.
    pub(super) body: Vec<u8>,
}

impl Http {
    /// For `path` below `base`; every request carries `headers` and may take
    /// `timeout` in all.
    ///
    /// # Errors
    ///
    /// The certificates of the system could not be read.
    pub(super) fn new(
        base: &BaseUrl,
        path: &str,
        mut headers: HeaderMap,
        timeout: Duration,
    ) -> Result<Self, SetupError> {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let url = base.join(path);
        let builder = net::client_for(&url)
            .default_headers(headers)
            .timeout(timeout);
        let client = builder.build().map_err(|error| SetupError::Tls {
            message: root_cause(error),
        })?;
        Ok(Self {
            client,
            url,
            host: base.authority().to_owned(),
            timeout,
        })
    }

    /// Sends `body` once.
    ///
    /// # Errors
    ///
    /// No whole response came, it is too large, or it is a redirect.
    pub(super) async fn post(&self, body: &Value) -> Result<HttpResponse, LlmError> {
        let request = self.client.post(self.url.clone());
        self.send(request.body(body.to_string())).await
    }

    /// Gets what is there, with `query` behind the URL.
    ///
    /// # Errors
    ///
    /// Those of [`post`](Self::post).
    pub(super) async fn get(&self, query: &[(&str, &str)]) -> Result<HttpResponse, LlmError> {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(query);
        self.send(self.client.get(url)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<HttpResponse, LlmError> {
        let response = request.send().await.map_err(|error| self.error(error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(self.redirect(&response));
        }
        let now = SystemTime::now();
        Ok(HttpResponse {
            status: status.as_u16(),
            retry_after: delay::in_headers(response.headers(), now),
            limits: RateLimits::in_headers(response.headers(), now),
            body: self.read(response).await?,
        })
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, LlmError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.error(error))? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(LlmError::TooLarge {
                    message: format!("more than {} MiB", MAX_BODY_BYTES / 1024 / 1024),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn redirect(&self, response: &Response) -> LlmError {
        let location = response.headers().get(LOCATION);
        let target = location
            .and_then(|location| location.to_str().ok())
            .and_then(|location| self.url.join(location).ok())
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_else(|| "an unknown host".to_owned());
        LlmError::BadRequest {
            status: response.status().as_u16(),
            message: format!(
                "it redirects to {target}, and redirects are not followed; is the base URL right?"
            ),
        }
    }

    fn error(&self, error: reqwest::Error) -> LlmError {
        if error.is_timeout() {
            let after = if error.is_connect() {
                CONNECT_TIMEOUT.min(self.timeout)
            } else {
                self.timeout
            };
            return LlmError::Timeout { after };
        }
        let host = self.host.clone();
        match tls_problem(&error) {
            Some(message) => LlmError::Tls { host, message },
            None => LlmError::Transport {
                host,
                message: root_cause(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::test_server::{Reply, TestServer};

    const TIMEOUT: Duration = Duration::from_secs(60);

    fn http(base_url: &str, timeout: Duration) -> Http {
        let base = BaseUrl::parse(base_url).expect("a base URL");
        let key = HeaderValue::from_static("secret");
        let headers = HeaderMap::from_iter([("x-goog-api-key".parse().expect("a name"), key)]);
        Http::new(&base, "/path", headers, timeout).expect("a client")
    }

    #[tokio::test]
    async fn a_post_brings_status_delay_and_body() {
        let reply = Reply::json(429, "[1]").header("retry-after", "3");
        let server = TestServer::start([reply]).await;
        let http = http(&format!("{}/base/", server.url), TIMEOUT);
        let response = http.post(&json!({"a": 1})).await.expect("a response");
        assert_eq!(response.status, 429);
        assert_eq!(response.retry_after, Some(Duration::from_secs(3)));
        assert_eq!(response.body, b"[1]");
        let requests = server.requests();
        assert_eq!(requests[0].path, "/base/path");
        assert_eq!(requests[0].header("x-goog-api-key"), Some("secret"));
        assert_eq!(requests[0].header("content-type"), Some("application/json"));
        assert_eq!(
            requests[0].header("user-agent"),
            Some(concat!("sdgen/", env!("CARGO_PKG_VERSION")))
        );
        assert_eq!(requests[0].body, json!({"a": 1}));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_names_its_host_only() {
        let target = TestServer::start([Reply::json(200, "{}")]).await;
        let location = format!("{}/elsewhere?key=secret", target.url);
        let reply = Reply::json(307, "").header("location", &location);
        let server = TestServer::start([reply]).await;
        let error = http(&server.url, TIMEOUT).post(&json!({})).await;
        assert_eq!(
            error.expect_err("a redirect"),
            LlmError::BadRequest {
                status: 307,
                message: "it redirects to 127.0.0.1, and redirects are not followed; \
                          is the base URL right?"
                    .into(),
            }
        );
        assert!(target.requests().is_empty());
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_unreadable() {
        let body = " ".repeat(MAX_BODY_BYTES + 1);
        let server = TestServer::start([Reply::json(200, &body)]).await;
        let error = http(&server.url, TIMEOUT).post(&json!({})).await;
        assert_eq!(
            error.expect_err("a large body"),
            LlmError::TooLarge {
                message: "more than 32 MiB".into()
            }
        );
    }

    #[tokio::test]
    async fn a_body_at_the_limit_is_read() {
        let body = " ".repeat(MAX_BODY_BYTES);
        let server = TestServer::start([Reply::json(200, &body)]).await;
        let response = http(&server.url, TIMEOUT).post(&json!({})).await;
        assert_eq!(response.expect("a body").body.len(), MAX_BODY_BYTES);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_a_broken_connection() {
        let server = TestServer::start([Reply::BreaksOff]).await;
        let error = http(&server.url, TIMEOUT).post(&json!({})).await;
        let Err(LlmError::Transport { host, message }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(format!("http://{host}"), server.url);
        assert!(!message.contains("http://"), "{message}");
    }

    #[tokio::test]
    async fn silence_is_a_timeout() {
        let server = TestServer::start([Reply::Silence]).await;
        let after = Duration::from_millis(50);
        let error = http(&server.url, after).post(&json!({})).await;
        assert_eq!(error.expect_err("silence"), LlmError::Timeout { after });
    }

    #[tokio::test]
    async fn a_refused_connection_tells_its_cause_without_a_url() {
        let url = TestServer::start([]).await.stop().await;
        let error = http(&url, TIMEOUT).post(&json!({})).await;
        let Err(LlmError::Transport { message, .. }) = error else {
            panic!("{error:?}");
        };
        assert!(message.starts_with("Connection refused"), "{message}");
    }

    #[tokio::test]
    async fn a_server_without_tls_is_told_at_once() {
        let server = TestServer::start([]).await;
        let url = server.url.replace("http://", "https://");
        let error = http(&url, TIMEOUT).post(&json!({})).await;
        assert_eq!(
            error.expect_err("no TLS"),
            LlmError::Tls {
                host: server.url.replace("http://", ""),
                message: "it does not speak TLS".into(),
            }
        );
    }
}
