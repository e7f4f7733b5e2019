//! The API key: sent in a header, shown nowhere.

use std::fmt;

use reqwest::header::HeaderValue;

use super::SetupError;

/// Shorter keys are placeholders of local servers ("x", "none"), no secrets;
/// hiding them would only spoil messages.
const MIN_SECRET_BYTES: usize = 6;

/// A key that can be sent in a header. Its `Debug` does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// The key in `text`, without the white space around it.
    ///
    /// # Errors
    ///
    /// Nothing is left, or something other than printable ASCII is in it.
    pub fn new(text: &str) -> Result<Self, SetupError> {
        let text = text.trim();
        match HeaderValue::from_str(text) {
            Ok(_) if text.is_ascii() && !text.is_empty() => Ok(Self(text.to_owned())),
            _ => Err(SetupError::ApiKey),
        }
    }

    /// `prefix` and the key, as a header that is never logged.
    pub(super) fn header(&self, prefix: &'static str) -> HeaderValue {
        let mut header = HeaderValue::try_from(format!("{prefix}{}", self.0))
            .expect("a key is checked when it is made");
        header.set_sensitive(true);
        header
    }

    /// `text` with the key blotted out.
    pub(super) fn redact(&self, text: &str) -> String {
        if self.0.len() < MIN_SECRET_BYTES {
            return text.to_owned();
        }
        text.replace(&self.0, "[API key]")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_trimmed_and_never_shown() {
        let key = ApiKey::new(" AQ.secret\n").expect("a key");
        assert_eq!(format!("{key:?}"), "ApiKey(..)");
        let header = key.header("Bearer ");
        assert_eq!(header.to_str().expect("ASCII"), "Bearer AQ.secret");
        assert!(header.is_sensitive());
        assert_eq!(key.redact("bad key AQ.secret!"), "bad key [API key]!");
    }

    #[test]
    fn what_no_header_can_carry_is_no_key() {
        for text in ["", " \n", "a\nb", "a\u{0}b", "schlüssel"] {
            assert_eq!(ApiKey::new(text), Err(SetupError::ApiKey), "{text:?}");
        }
    }
}
