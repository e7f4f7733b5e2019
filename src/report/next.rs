//! What was written, and how to go on with it.

use std::path::{Path, PathBuf};

/// File types that `datasets` loads, the best one first, and the names that it
/// has for them.
const LOADED: [(&str, &str); 3] = [("parquet", "parquet"), ("jsonl", "json"), ("csv", "csv")];

/// The names of `files`, as a shell takes them: `a.{jsonl,csv}`.
pub(super) fn names(files: &[PathBuf]) -> String {
    let extensions: Vec<_> = files.iter().filter_map(|file| extension(file)).collect();
    match files {
        [first, others @ ..]
            if !others.is_empty()
                && extensions.len() == files.len()
                && others.iter().all(|it| stem(it) == stem(first)) =>
        {
            format!("{}.{{{}}}", stem(first).display(), extensions.join(","))
        }
        _ => {
            let names = files.iter().map(|file| file.display().to_string());
            names.collect::<Vec<_>>().join(", ")
        }
    }
}

/// The command that loads the one of `files` that is loaded best; `None` if
/// several are of its type, or its name is not safe in a shell.
pub(super) fn command(files: &[PathBuf]) -> Option<String> {
    let of_type = |wanted: &str| {
        let files = files.iter();
        let files = files.filter(|file| extension(file) == Some(wanted));
        files.collect::<Vec<_>>()
    };
    let (builder, files) = LOADED
        .iter()
        .map(|(extension, builder)| (builder, of_type(extension)))
        .find(|(_, files)| !files.is_empty())?;
    let [file] = files[..] else {
        return None;
    };
    let path = file.to_str().filter(|path| path.chars().all(is_safe))?;
    Some(format!(
        "python -c \"from datasets import load_dataset; print(load_dataset('{builder}', data_files='{path}'))\""
    ))
}

fn extension(file: &Path) -> Option<&str> {
    file.extension()?.to_str()
}

fn stem(file: &Path) -> PathBuf {
    file.with_extension("")
}

/// Whether a character means itself between quotes, and to `datasets`, which
/// takes paths for patterns.
fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | ' ' | '+' | ',' | '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(paths: &[&str]) -> Vec<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn files_of_one_name_are_named_once() {
        assert_eq!(names(&paths(&["d/a.jsonl", "d/a.csv"])), "d/a.{jsonl,csv}");
        assert_eq!(names(&paths(&["a.jsonl", "b.csv"])), "a.jsonl, b.csv");
        assert_eq!(names(&paths(&["a.jsonl"])), "a.jsonl");
    }

    #[test]
    fn the_best_file_is_loaded_if_it_is_one_and_its_name_is_safe() {
        let loads = |builder, path| {
            Some(format!(
                "python -c \"from datasets import load_dataset; print(load_dataset('{builder}', data_files='{path}'))\""
            ))
        };
        assert_eq!(
            command(&paths(&["a.jsonl", "a.csv", "a.parquet"])),
            loads("parquet", "a.parquet")
        );
        assert_eq!(command(&paths(&["ä b.csv"])), loads("csv", "ä b.csv"));
        assert_eq!(command(&paths(&["a.jsonl"])), loads("json", "a.jsonl"));
        for files in [
            &["queries.jsonl", "corpus.jsonl"][..],
            &["$(x).csv"],
            &["it's.csv"],
            &[],
        ] {
            assert_eq!(command(&paths(files)), None);
        }
    }
}
