//! Files that are made of a finished run: its parts, and a folder for the Hub.

use std::path::PathBuf;

use super::file::{Older, OutputFile};
use super::names::{FileNames, folder_of};
use super::{
    Existing, Layout, OpenError, OutputConfig, OutputFormat, Past, Place, Row, RowWriter,
    WriteError, disk,
};
use crate::sample::Field;

/// The part of a data set that is not split.
const WHOLE: &[&str] = &["train"];

/// A writer, and the number of the part that it takes.
type PartWriter = (usize, Box<dyn RowWriter>);

/// Files to be made of a run, besides those of all of its samples.
pub(super) struct Derived<'a> {
    config: &'a OutputConfig,
    place: &'a Place,
}

impl<'a> Derived<'a> {
    /// Those that `place` is to have; `None` if it is to have none.
    pub(super) fn of(place: &'a Place) -> Option<Self> {
        let config = &place.config;
        let is_wanted = config.split.is_some() || config.hub_folder;
        is_wanted.then_some(Self { config, place })
    }

    /// Makes them from the journal, each whole under its name or not at all;
    /// `seed` decides which part a sample belongs to.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or a file not be written.
    pub(super) fn make(&self, fields: &[Field], seed: u64) -> Result<Vec<PathBuf>, OpenError> {
        let Some(journal) = Past::read(self.place)? else {
            return Ok(Vec::new());
        };
        let source = self.config.with_metadata.then_some(self.config.source);
        let layout = Layout::new(fields, self.config.conversion, source);
        let mut writers = self.writers(&layout)?;
        let filled = journal.try_replay(fields, |_, origin, samples| {
            let rows = Row::all(&samples, origin.as_ref(), fields);
            for (row, sample) in rows.iter().zip(&samples) {
                let part = self
                    .config
                    .split
                    .as_ref()
                    .map_or(0, |split| split.part(sample, fields, origin.as_ref(), seed));
                // What cannot be converted was counted with the whole.
                let Ok(row) = layout.row(row) else { continue };
                let its = writers.iter_mut().filter(|(its, _)| *its == part);
                for (_, writer) in its {
                    writer.write(&row)?;
                }
            }
            Ok(())
        });
        if let Err(error) = filled {
            for (_, writer) in writers {
                // Why it is not wanted is told.
                writer.discard().ok();
            }
            return Err(error);
        }
        let finished = writers.into_iter().map(|(_, writer)| writer.finish());
        let files = finished.collect::<Result<Vec<_>, _>>()?;
        Ok(files.into_iter().map(|file| file.path).collect())
    }

    /// A writer for each file, and the part that it takes.
    fn writers(&self, layout: &Layout) -> Result<Vec<PartWriter>, WriteError> {
        let older = match self.config.existing {
            Existing::Refuse => Older::Kept,
            Existing::Replace => Older::Replaced,
        };
        let targets = targets(self.config, &self.place.names).into_iter();
        let writers = targets.map(|(part, format, target)| {
            disk::create_folders(folder_of(&target))?;
            let name = target.file_name().unwrap_or_default().to_string_lossy();
            let file = OutputFile::create(&self.place.names.derived_part(&name), &target, older)?;
            Ok((part, format.writer_to(layout, file)?))
        });
        writers.collect()
    }
}

/// The number of the part, the type and the path of every such file.
pub(super) fn targets(
    config: &OutputConfig,
    names: &FileNames,
) -> Vec<(usize, OutputFormat, PathBuf)> {
    let parts = config.split.as_ref().map_or(WHOLE, |split| split.names());
    let mut targets = Vec::new();
    for (part, name) in parts.iter().enumerate() {
        if config.split.is_some() {
            let formats = config.written_formats();
            targets.extend(formats.map(|it| (part, it, names.target_of_part(it, name))));
        }
        if config.hub_folder {
            targets.push((part, OutputFormat::Parquet, names.hub_file(name)));
        }
    }
    targets
}
