//! The paths of a run, made of prefix, format and source.
//!
//! Paths only; touches no file.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::config::{OutputConfig, OutputFormat};
use super::split;

/// Folder of everything that is not a data set, beside the data sets.
///
/// Readers of whole folders (`datasets`, Spark) pass over dot folders, and
/// over nothing else.
const SIDE_FOLDER: &str = ".sdgen";

/// The folder of the data in one for the Hub, and the end of the name of a file in
/// it, behind that of its part.
const HUB_DATA: &str = "data";
const ONLY_SHARD: &str = "-00000-of-00001.parquet";

/// The paths of one run, relative if the prefix is.
#[derive(Debug, Clone)]
pub(super) struct FileNames {
    /// Every target without its extension.
    stem: PathBuf,
}

impl FileNames {
    /// The paths for samples of the format called `format_name`.
    pub(super) fn new(config: &OutputConfig, format_name: &str) -> Self {
        let mut stem = config.prefix.clone().into_os_string();
        stem.push("_");
        stem.push(file_name_part(format_name));
        stem.push(config.source.suffix());
        Self { stem: stem.into() }
    }

    /// The paths of the run that made the file at `path`, of any extension.
    pub(super) fn of_target(path: &Path) -> Self {
        Self {
            stem: path.with_extension(""),
        }
    }

    /// The paths of the run that may have made the file at `path` as one of its
    /// parts, and the name of the part, if the file is named as one.
    pub(super) fn of_part(path: &Path) -> Option<(Self, &'static str)> {
        let (stem, end) = part_for_the_hub(path).or_else(|| part_beside_the_whole(path))?;
        let part = split::all_names().find(|name| end == *name)?;
        Some((Self { stem }, part))
    }

    /// Every target without its extension and its folder.
    pub(super) fn base(&self) -> Cow<'_, str> {
        self.stem.file_name().unwrap_or_default().to_string_lossy()
    }

    /// The folder of the targets.
    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.stem)
    }

    /// The folder of everything else.
    pub(super) fn side_folder(&self) -> PathBuf {
        self.stem.with_file_name(SIDE_FOLDER)
    }

    /// The finished file of `format`.
    pub(super) fn target(&self, format: OutputFormat) -> PathBuf {
        with_end(self.stem.clone(), format.extension())
    }

    /// The finished file of `format` with the samples of a part.
    pub(super) fn target_of_part(&self, format: OutputFormat, part: &str) -> PathBuf {
        with_end(with_end(self.stem.clone(), part), format.extension())
    }

    /// The file that is to be called `name`, one of those made of a finished run,
    /// until it is whole.
    pub(super) fn derived_part(&self, name: &str) -> PathBuf {
        self.side(&format!("{name}.part"))
    }

    /// The folder for the Hub.
    pub(super) fn hub_folder(&self) -> PathBuf {
        self.stem.clone()
    }

    /// The file with the samples of a part in the folder for the Hub.
    pub(super) fn hub_file(&self, part: &str) -> PathBuf {
        hub_data(&self.hub_folder()).join(format!("{part}{ONLY_SHARD}"))
    }

    /// The file of `format` until it is finished.
    pub(super) fn part(&self, format: OutputFormat) -> PathBuf {
        with_end(self.side(format.extension()), "part")
    }

    /// Every batch of the run.
    pub(super) fn journal(&self) -> PathBuf {
        self.side("journal.jsonl")
    }

    /// The journal while it holds no samples.
    pub(super) fn journal_part(&self) -> PathBuf {
        self.side("journal.jsonl.part")
    }

    /// Another name for a journal that must not be overwritten.
    pub(super) fn kept_journal(&self, number: u64) -> PathBuf {
        self.side(&format!("journal.{number}.jsonl"))
    }

    /// Where each row comes from.
    pub(super) fn sources(&self) -> PathBuf {
        self.side("sources.jsonl")
    }

    /// The same until it is finished.
    pub(super) fn sources_part(&self) -> PathBuf {
        self.side("sources.jsonl.part")
    }

    /// Examples of what was not taken.
    pub(super) fn rejects(&self) -> PathBuf {
        self.side("rejects.jsonl")
    }

    /// The file that is locked while a run writes.
    pub(super) fn lock(&self) -> PathBuf {
        self.side("lock")
    }

    /// The description of the run.
    pub(super) fn manifest(&self) -> PathBuf {
        self.side("run.json")
    }

    /// The description of the run until it is whole.
    pub(super) fn manifest_part(&self) -> PathBuf {
        self.side("run.json.part")
    }

    fn side(&self, end: &str) -> PathBuf {
        let base = self.stem.file_name().unwrap_or_default();
        with_end(self.side_folder().join(base), end)
    }
}

/// The folder of the data in the one for the Hub at `folder`.
pub(super) fn hub_data(folder: &Path) -> PathBuf {
    folder.join(HUB_DATA)
}

/// Without its end, the path of the whole of which the file at `path` may be a
/// part in a folder for the Hub, and the name of the part.
fn part_for_the_hub(path: &Path) -> Option<(PathBuf, OsString)> {
    let part = path.file_name()?.to_str()?.strip_suffix(ONLY_SHARD)?;
    let data = path.parent().filter(|folder| folder.ends_with(HUB_DATA))?;
    Some((data.parent()?.to_owned(), part.into()))
}

/// The same of one beside the whole.
fn part_beside_the_whole(path: &Path) -> Option<(PathBuf, OsString)> {
    let whole = path.with_extension("");
    Some((whole.with_extension(""), whole.extension()?.to_owned()))
}

/// The folder that holds `path`; `.` rather than nothing.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// `path`, a dot and `end`; [`Path::with_extension`] would cut dots off names.
fn with_end(path: PathBuf, end: &str) -> PathBuf {
    let mut path: OsString = path.into();
    path.push(".");
    path.push(end);
    path.into()
}

/// `name` with everything that may trouble a file system replaced by `_`.
fn file_name_part(name: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    name.chars()
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Existing, SourceKind};

    fn names(prefix: &str, format_name: &str, source: SourceKind) -> FileNames {
        let config = OutputConfig {
            prefix: prefix.into(),
            formats: Vec::new(),
            source,
            incremental: false,
            with_metadata: false,
            conversion: None,
            existing: Existing::Refuse,
            split: None,
            hub_folder: false,
        };
        FileNames::new(&config, format_name)
    }

    fn target(prefix: &str, format_name: &str) -> String {
        names(prefix, format_name, SourceKind::Query)
            .target(OutputFormat::Csv)
            .display()
            .to_string()
    }

    #[test]
    fn targets_are_named_by_prefix_format_and_source() {
        assert_eq!(target("facts", "qa"), "facts_qa_from_query.csv");
        assert_eq!(
            names("facts", "pair-class", SourceKind::Docs).target(OutputFormat::Parquet),
            Path::new("facts_pair-class_from_docs.parquet")
        );
    }

    #[test]
    fn format_names_keep_letters_and_digits_of_any_script() {
        assert_eq!(target("a", "my fmt/é v1"), "a_my_fmt_é_v1_from_query.csv");
        assert_eq!(target("a", "../数据٣.x"), "a____数据٣_x_from_query.csv");
    }

    #[test]
    fn the_prefix_is_taken_as_it_is_typed() {
        assert_eq!(target("out/v1.2", "qa"), "out/v1.2_qa_from_query.csv");
        assert_eq!(target("out/", "qa"), "out/_qa_from_query.csv");
        assert_eq!(target("./out", "qa"), "./out_qa_from_query.csv");
        assert_eq!(target("", "qa"), "_qa_from_query.csv");
    }

    #[test]
    fn everything_else_lies_in_a_dot_folder_beside_the_targets() {
        let names = names("out/v1.2", "qa", SourceKind::Query);
        assert_eq!(names.folder(), Path::new("out"));
        assert_eq!(
            [
                names.part(OutputFormat::Jsonl),
                names.journal(),
                names.kept_journal(3),
                names.sources(),
                names.lock(),
                names.manifest(),
            ],
            [
                "out/.sdgen/v1.2_qa_from_query.jsonl.part",
                "out/.sdgen/v1.2_qa_from_query.journal.jsonl",
                "out/.sdgen/v1.2_qa_from_query.journal.3.jsonl",
                "out/.sdgen/v1.2_qa_from_query.sources.jsonl",
                "out/.sdgen/v1.2_qa_from_query.lock",
                "out/.sdgen/v1.2_qa_from_query.run.json",
            ]
            .map(PathBuf::from)
        );
    }

    #[test]
    fn without_a_folder_the_dot_folder_is_in_the_working_folder() {
        let names = names("facts", "qa", SourceKind::Query);
        assert_eq!(names.folder(), Path::new("."));
        assert_eq!(names.lock(), Path::new(".sdgen/facts_qa_from_query.lock"));
    }
}
