//! The API key in a file of its own.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::ConfigError;

/// Most bytes of such a file; keys have some forty to two hundred.
const LARGEST: u64 = 4096;

/// The text of the key in the file at `path`, or on standard input for `-`.
///
/// # Errors
///
/// There is no such file, or something other than one line in it; the error does
/// not quote it.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    let unusable = |problem: String| ConfigError::KeyFile {
        path: path.to_owned(),
        problem,
    };
    let bytes = match path.as_os_str() == "-" {
        true => most_of(io::stdin().lock()),
        false => File::open(path).and_then(|file| {
            warn_of_readers(&file, path);
            most_of(file)
        }),
    };
    let bytes = bytes.map_err(|error| unusable(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(unusable(format!("has more than {LARGEST} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| unusable("is no text".to_owned()))?;
    let key = text.trim_start_matches('\u{feff}').trim();
    match key.lines().count() {
        0 => Err(unusable("is empty".to_owned())),
        1 => Ok(key.to_owned()),
        lines => Err(unusable(format!("has {lines} lines, and should have one"))),
    }
}

fn most_of(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Warns if others than the owner may read `file`; a pipe is for one reader.
#[cfg(unix)]
fn warn_of_readers(file: &File, path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    let Ok(data) = file.metadata() else {
        return;
    };
    if data.is_file() && data.permissions().mode() & 0o077 != 0 {
        tracing::warn!(
            "`{0}` can be read by other users; chmod 600 '{0}' ends that",
            path.display()
        );
    }
}

#[cfg(not(unix))]
fn warn_of_readers(_: &File, _: &Path) {}
