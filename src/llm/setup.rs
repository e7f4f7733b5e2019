//! The words of a client's configuration, and what can be wrong with it.
//!
//! Reads neither flags nor the environment; the caller has done that.

/// How the next token is drawn. `None` is not sent: the model's own default
/// holds, which is what newer models want.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sampling {
    /// Temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling: the probability mass that is drawn from.
    pub top_p: Option<f64>,
    /// How many of the likeliest tokens are drawn from.
    pub top_k: Option<u32>,
}

/// Why no client can be made of a configuration. Holds no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The key cannot be sent in a header.
    #[error("the API key is empty or holds characters that no HTTP header can carry")]
    ApiKey,
    /// No base URL.
    #[error(
        "base URL `{value}` {problem}; expected http:// or https://, a host and perhaps a path, \
         such as `http://localhost:8080/v1`"
    )]
    BaseUrl {
        /// What was given, without user name, password and query.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// What is sent would be readable on the way.
    #[error(
        "with http:// everyone on the way to {host} can read and change what is sent, the key too; \
         use https://, or allow it with --insecure-http"
    )]
    PlainHttp {
        /// Host, and port if it was given.
        host: String,
    },
    /// The offline provider cannot make up what a field asks for.
    #[error(
        "the offline provider finds no text of the right length for the `pattern` of field \
         `{field}`; change it, or use another provider"
    )]
    Pattern {
        /// Name of the field.
        field: String,
    },
    /// No model id.
    #[error("`{model}` is no model id; expected letters, digits and `-_.:@/`")]
    Model {
        /// What was given.
        model: String,
    },
    /// No API version.
    #[error("`{version}` is no API version; expected a name such as `v1beta`")]
    ApiVersion {
        /// What was given.
        version: String,
    },
    /// No TLS, and so no connection.
    #[error("TLS could not be set up: {message}")]
    Tls {
        /// What happened.
        message: String,
    },
}
