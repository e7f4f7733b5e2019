//! The variables that a run may look at.

use crate::text_file;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The variables that a run may look at: the process environment, and `.env`
/// where that is silent. Never written back into the process.
pub struct Env {
    process: HashMap<String, String>,
    file: HashMap<String, String>,
    problem: Option<String>,
}

impl Env {
    /// The environment of this process and the `.env` file of `folder`.
    ///
    /// What is wrong with a `.env` file can be [told](Self::warn).
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let process = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let (file, problem) = dotenv(&folder.join(".env"));
        Self {
            process,
            file,
            problem,
        }
    }

    /// Warns of a `.env` file that cannot be read; its text is not shown.
    pub fn warn(&self) {
        if let Some(problem) = &self.problem {
            tracing::warn!("{problem}");
        }
    }

    /// The variables with names that begin with `prefix`, by name, and their
    /// trimmed values; blank is unset.
    pub(super) fn beginning_with(&self, prefix: &str) -> BTreeMap<&str, &str> {
        let names = self.process.keys().chain(self.file.keys());
        names
            .filter(|name| name.starts_with(prefix))
            .filter_map(|name| Some((name.as_str(), self.get(name)?)))
            .collect()
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

/// The variables in the file at `path`, and what is wrong with it.
fn dotenv(path: &Path) -> (HashMap<String, String>, Option<String>) {
    // A folder is a virtual environment of Python, and a pipe might block.
    if !path.is_file() {
        return (HashMap::new(), None);
    }
    let text = match text_file::read(path) {
        Ok(text) => text,
        Err(error) => {
            let problem = format!("`{}` cannot be read: {error}", path.display());
            return (HashMap::new(), Some(problem));
        }
    };
    let text = text.trim_start_matches('\u{feff}');
    let variables = dotenvy::from_read_iter(text.as_bytes());
    let (good, bad): (Vec<_>, Vec<_>) = variables.partition(Result::is_ok);
    // The errors would quote the lines, and with them maybe a key.
    let problem = (!bad.is_empty()).then(|| {
        format!(
            "`{}` has lines that are not NAME=VALUE; they are left out",
            path.display()
        )
    });
    (good.into_iter().flatten().collect(), problem)
}
