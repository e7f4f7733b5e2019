//! The variables that a run may look at.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The variables that a run may look at: the process environment, and `.env`
/// where that is silent. Never written back into the process.
pub struct Env {
    process: HashMap<String, String>,
    file: HashMap<String, String>,
}

impl Env {
    /// The environment of this process and the `.env` file of `folder`.
    ///
    /// A `.env` file that cannot be read is warned of; its text is not shown.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let process = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            process,
            file: dotenv(&folder.join(".env")),
        }
    }

    /// The trimmed value of `name`; blank is unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let [value] = self.nearest([name]);
        value
    }

    /// The values of `names`, which stand for the same thing, in the process
    /// environment if one of them is set there, else in the file.
    pub(super) fn nearest<const N: usize>(&self, names: [&str; N]) -> [Option<&str>; N] {
        let values_in = |variables| names.map(|name| value_in(variables, name));
        let values = values_in(&self.process);
        match values.iter().any(Option::is_some) {
            true => values,
            false => values_in(&self.file),
        }
    }
}

fn value_in<'a>(variables: &'a HashMap<String, String>, name: &str) -> Option<&'a str> {
    let value = variables.get(name)?.trim();
    (!value.is_empty()).then_some(value)
}

fn dotenv(path: &Path) -> HashMap<String, String> {
    // A folder is a virtual environment of Python, and a pipe might block.
    if !path.is_file() {
        return HashMap::new();
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            tracing::warn!("`{}` cannot be read: {error}", path.display());
            return HashMap::new();
        }
    };
    let text = text.trim_start_matches('\u{feff}');
    let variables = dotenvy::from_read_iter(text.as_bytes());
    let (good, bad): (Vec<_>, Vec<_>) = variables.partition(Result::is_ok);
    if !bad.is_empty() {
        // The error would quote the line, and with it maybe a key.
        tracing::warn!(
            "`{}` has lines that are not NAME=VALUE; they are left out",
            path.display()
        );
    }
    good.into_iter().flatten().collect()
}
