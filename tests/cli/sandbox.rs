//! A folder to run the program in, with nothing of the machine around it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

/// A temporary working directory; removed on drop.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The program, to run to its end in this folder.
    pub(crate) fn sdgen(&self) -> assert_cmd::Command {
        assert_cmd::Command::from_std(self.process())
    }

    /// The program as a plain process, for tests that send signals.
    ///
    /// Its environment is empty but for `HOME` and `PATH`, both this folder:
    /// no key, no proxy, no colour setting of the machine reaches it.
    pub(crate) fn process(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sdgen"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", self.folder.path());
        // Without it there is no network.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command
    }

    /// The absolute path of `name`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and the folders above it; returns its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Each line of a file as JSON.
    pub(crate) fn jsonl(&self, name: &str) -> Vec<Value> {
        self.read(name)
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {line}: {error}"))
            })
            .collect()
    }

    /// The relative paths of all files, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        WalkDir::new(self.folder.path())
            .sort_by_file_name()
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| self.relative(entry.path()))
            .collect()
    }

    fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(self.folder.path()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}
