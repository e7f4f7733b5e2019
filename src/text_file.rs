//! Small text files of the user.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Bytes of the largest that is read; a device or a data file was named by
/// mistake.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// The text of the file at `path`.
///
/// # Errors
///
/// It cannot be read, is no UTF-8, or is larger than such files are.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = File::open(path)?;
    file.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    match text.len() as u64 > MOST_BYTES {
        false => Ok(text),
        true => Err(io::Error::other(format!(
            "it is larger than {} MiB",
            MOST_BYTES >> 20
        ))),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_refused() {
        let error = read(Path::new("/dev/zero")).expect_err("it has no end");
        assert_eq!(error.to_string(), "it is larger than 32 MiB");
    }
}
