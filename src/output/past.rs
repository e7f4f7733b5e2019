//! What an earlier run left in its journal.
//!
//! Read line by line, so that only one batch is in memory. Writes nothing.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::file::Extent;
use super::names::FileNames;
use super::record::{End, ListedFile, Record, Records, VERSION};
use super::{Finished, OpenError, Origin, OutputFormat, Place, WriteError, disk};
use crate::sample::{Field, Sample};

/// An earlier run, as its journal tells it.
///
/// A batch is had if its line is whole, also if its samples are in no file
/// because the disk was full.
#[derive(Debug)]
pub struct Past {
    path: PathBuf,
    names: FileNames,
    /// The formats that it has, or that are wanted now.
    pub(super) formats: Vec<OutputFormat>,
    /// Whether files with the origin of their rows are wanted now.
    with_metadata: bool,
    /// The shape that is wanted now.
    shape: Option<&'static str>,
    header: Value,
    contents: Contents,
}

impl Past {
    /// The past in the journal at `path`; `None` if there is none, or one with
    /// neither samples nor a header.
    pub(super) fn read(place: &Place) -> Result<Option<Self>, OpenError> {
        let path = place.names.journal();
        let Some(mut contents) = Contents::read(&path)? else {
            return Ok(None);
        };
        if contents.lost > 0 {
            let lost = contents.lost;
            return Err(unusable(
                &path,
                format!("{lost} samples of the finished files are missing in it"),
            ));
        }
        match contents.header.take() {
            Some((VERSION, header)) => {
                let is_its = |format: &OutputFormat| {
                    let target = place.names.target(*format);
                    place.config.writes(*format) || contents.end.lists(&target)
                };
                Ok(Some(Self {
                    path,
                    formats: OutputFormat::ALL.into_iter().filter(is_its).collect(),
                    with_metadata: place.config.with_metadata,
                    shape: place.config.shape_name(),
                    names: place.names.clone(),
                    header,
                    contents,
                }))
            }
            Some((version, _)) => Err(unusable(
                &path,
                format!("it is of version {version}, not {VERSION}"),
            )),
            None if contents.samples == 0 && contents.kept == 0 => Ok(None),
            None => Err(unusable(&path, "its first line cannot be read")),
        }
    }

    /// The journal.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the run was, as given to [`Place::begin`](super::Place::begin).
    #[must_use]
    pub fn header(&self) -> &Value {
        &self.header
    }

    /// The samples of all lines that can be read.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.contents.samples
    }

    /// Lines that cannot be read, without those at the end.
    #[must_use]
    pub fn damaged(&self) -> u64 {
        self.contents.damaged
    }

    /// Whether nothing was left to do, and nothing was done since.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.contents.is_complete()
    }

    /// Hands every batch to `each`, in order: the note and the samples that
    /// were [appended](super::Outputs::append).
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or holds samples of other fields.
    pub fn replay(
        &self,
        fields: &[Field],
        mut each: impl FnMut(Value, Vec<Sample>),
    ) -> Result<(), OpenError> {
        self.try_replay(fields, |note, _, samples| {
            each(note, samples);
            Ok(())
        })
    }

    /// As [`replay`](Self::replay) with the origin of the samples, until `each`
    /// fails.
    pub(super) fn try_replay(
        &self,
        fields: &[Field],
        mut each: impl FnMut(Value, Option<Origin>, Vec<Sample>) -> Result<(), WriteError>,
    ) -> Result<(), OpenError> {
        let failed = |error| unreadable(&self.path, &error);
        let records = Records::open(&self.path, self.contents.whole_bytes).map_err(failed)?;
        let mut records = records.ok_or_else(|| unusable(&self.path, "it is gone"))?;
        while records.advance().map_err(failed)? {
            let Some(Record {
                request,
                origin,
                samples: Some(objects),
                ..
            }) = records.record::<Map<String, Value>>()
            else {
                continue;
            };
            let samples = objects
                .iter()
                .map(|object| Sample::from_named(object, fields))
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| unusable(&self.path, "its samples have other fields"))?;
            each(request, origin, samples)?;
        }
        Ok(())
    }

    /// What remains of a complete run, if all files that it has and all that are
    /// wanted now are just as they were finished.
    #[must_use]
    pub fn finished(&self) -> Option<Finished> {
        let end = &self.contents.end;
        let is_finished = |target: &PathBuf, listed: Option<&ListedFile>| {
            listed.is_some_and(|file| is_same(target, file).unwrap_or(false))
        };
        let (files, sources) = (self.targets(), self.names.sources());
        let rejects = Some(self.names.rejects()).filter(|path| path.is_file());
        let are_finished = self.is_complete()
            && end.with_metadata == self.with_metadata
            && end.shape.as_deref() == self.shape
            && files
                .iter()
                .all(|file| is_finished(file, self.listed(file)))
            && is_finished(&sources, end.sources.as_ref());
        are_finished.then(|| Finished {
            files,
            sources: Some(sources),
            rejects,
            rows: self
                .samples()
                .saturating_sub(end.not_converted.values().sum()),
            not_converted: end.not_converted.clone(),
            stale: Vec::new(),
            errors: Vec::new(),
        })
    }

    /// Bytes up to the end of the last line that can be read.
    pub(super) fn whole_bytes(&self) -> u64 {
        self.contents.whole_bytes
    }

    /// Whether there are files that should be as the journal says.
    pub(super) fn lists_files(&self) -> bool {
        !self.contents.end.files.is_empty()
    }

    /// Checks that no finished file that would be replaced was changed.
    pub(super) fn check_unchanged(&self) -> Result<(), OpenError> {
        for path in self.targets().into_iter().filter(|target| target.exists()) {
            let Some(listed) = self.listed(&path) else {
                continue;
            };
            if !is_same(&path, listed).map_err(|source| WriteError::at(&path, source))? {
                return Err(OpenError::Changed { path });
            }
        }
        Ok(())
    }

    /// The files that stand where this run's are to be, and are not its own.
    pub(super) fn strangers(&self) -> Vec<PathBuf> {
        let Contents { end, ends, .. } = &self.contents;
        // A run that was killed may have finished a file and not said so.
        if !ends || end.replacing {
            return Vec::new();
        }
        let is_strange =
            |target: &PathBuf| self.listed(target).is_none() && target.symlink_metadata().is_ok();
        let targets = self.targets().into_iter();
        targets.filter(is_strange).collect()
    }

    fn targets(&self) -> Vec<PathBuf> {
        let formats = self.formats.iter();
        formats.map(|format| self.names.target(*format)).collect()
    }

    fn listed(&self, target: &Path) -> Option<&ListedFile> {
        self.contents.end.listed(target)
    }
}

/// What a journal holds, in numbers.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Version and header.
    header: Option<(u64, Value)>,
    /// The samples of all lines that can be read.
    pub(super) samples: u64,
    /// Those that are in the notes of lines.
    pub(super) kept: u64,
    /// Lines that cannot be read, before the last that can.
    damaged: u64,
    /// Samples that were there at the last end, and are not any more.
    lost: u64,
    /// Bytes up to the end of the last line that can be read.
    whole_bytes: u64,
    /// Bytes after them.
    torn_bytes: u64,
    /// The last end.
    pub(super) end: End,
    /// Whether there is an end at all, and whether the last line that can be
    /// read is one.
    ends: bool,
    has_ended: bool,
}

impl Contents {
    /// What the journal at `path` holds; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, OpenError> {
        Self::of_lines(path).map_err(|error| unreadable(path, &error))
    }

    fn of_lines(path: &Path) -> io::Result<Option<Self>> {
        let Some(mut records) = Records::open(path, u64::MAX)? else {
            return Ok(None);
        };
        let mut contents = Self::default();
        let mut damaged = 0;
        while records.advance()? {
            match records.record::<IgnoredAny>() {
                Some(record) => {
                    contents.add(record);
                    contents.damaged = damaged;
                    contents.whole_bytes = records.read_bytes;
                }
                None => damaged += 1,
            }
        }
        contents.torn_bytes = records.read_bytes - contents.whole_bytes;
        Ok(Some(contents))
    }

    fn add(&mut self, record: Record<IgnoredAny>) {
        let header = record.journal.map(|version| (version, record.header));
        self.header = self.header.take().or(header);
        self.samples += record.samples.map_or(0, |samples| samples.len() as u64);
        self.kept += record.kept;
        self.has_ended = record.end.is_some();
        if let Some(end) = record.end {
            self.lost = end.samples.saturating_sub(self.samples);
            self.end = end;
            self.ends = true;
        }
    }

    /// Whether nothing was left to do, and nothing was done since.
    pub(super) fn is_complete(&self) -> bool {
        self.has_ended && self.end.complete && self.torn_bytes == 0
    }

    /// Whether there may be samples; lines that cannot be read may hold some.
    pub(super) fn may_hold_samples(&self) -> bool {
        self.samples > 0 || self.kept > 0 || self.damaged > 0 || self.torn_bytes > 0
    }
}

/// Whether the file at `path` is as it was `listed`.
fn is_same(path: &Path, listed: &ListedFile) -> io::Result<bool> {
    if path.metadata()?.len() != listed.bytes {
        return Ok(false);
    }
    let extent = extent_of(path)?;
    Ok(format!("{:08x}", extent.crc32) == listed.crc32)
}

fn extent_of(path: &Path) -> io::Result<Extent> {
    let mut file = disk::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut extent = Extent::default();
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(extent),
            read_bytes => extent = extent.with(&buffer[..read_bytes]),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> OpenError {
    unusable(path, format!("cannot be read: {error}"))
}

fn unusable(path: &Path, problem: impl Into<String>) -> OpenError {
    OpenError::Journal {
        path: path.to_owned(),
        problem: problem.into(),
    }
}
