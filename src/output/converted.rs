//! One data set, made of samples that are there already.

use std::path::{Path, PathBuf};

use super::beir::{self, Beir};
use super::file::Older;
use super::{Existing, Layout, OpenError, OutputFormat, Row, RowWriter, WriteError, left};
use crate::sample::{Field, Sample};
use crate::shape::{Conversion, Shape, Unfit};

/// A data set while it is written; it gets its name at the end.
pub struct Converted {
    layout: Layout,
    fields: Vec<Field>,
    files: Files,
    rows: u64,
}

enum Files {
    One(Box<dyn RowWriter>),
    Beir(Box<Beir>),
}

impl Converted {
    /// No rows at `target`, whose extension tells its type; BEIR makes a folder
    /// of it.
    ///
    /// # Errors
    ///
    /// There is something that may not be replaced, the extension tells no type,
    /// or nothing can be written there.
    pub fn create(
        target: &Path,
        fields: &[Field],
        conversion: Option<Conversion>,
        existing: Existing,
    ) -> Result<Self, OpenError> {
        let layout = Layout::new(fields, conversion, None);
        let is_beir = conversion.is_some_and(|it| it.shape() == Shape::Beir);
        let targets = match is_beir {
            true => beir::FILES.map(|name| target.join(name)).to_vec(),
            false => vec![target.to_owned()],
        };
        let older = match existing {
            Existing::Replace => Older::Replaced,
            Existing::Refuse => Older::Kept,
        };
        let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
        let paths: Vec<_> = targets.into_iter().filter(is_there).collect();
        if older == Older::Kept && !paths.is_empty() {
            return Err(OpenError::Exists { paths });
        }
        let files = if is_beir {
            Files::Beir(Box::new(Beir::create(target, older)?))
        } else {
            let format = OutputFormat::of(target).ok_or_else(|| OpenError::Type {
                path: target.to_owned(),
            })?;
            let file = left::create(target, older)?;
            Files::One(format.writer_to(&layout, file)?)
        };
        Ok(Self {
            layout,
            fields: fields.to_vec(),
            files,
            rows: 0,
        })
    }

    /// Adds `sample`, or says why it cannot be converted.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn add(&mut self, sample: &Sample) -> Result<Result<(), Unfit>, WriteError> {
        let native = Row::new(sample, &self.fields);
        let row = match self.layout.row(&native) {
            Ok(row) => row,
            Err(unfit) => return Ok(Err(unfit)),
        };
        match &mut self.files {
            Files::One(writer) => writer.write(&row)?,
            Files::Beir(beir) => beir.add(row.object.as_ref().expect("it is converted"))?,
        }
        self.rows += 1;
        Ok(Ok(()))
    }

    /// Gives the files their names, and says them; without rows there are none.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn finish(self) -> Result<Vec<PathBuf>, WriteError> {
        match self.files {
            _ if self.rows == 0 => self.discard().map(|()| Vec::new()),
            Files::One(writer) => writer.finish().map(|file| vec![file.path]),
            Files::Beir(beir) => beir.finish(),
        }
    }

    /// Removes what was written.
    ///
    /// # Errors
    ///
    /// A file cannot be removed.
    pub fn discard(self) -> Result<(), WriteError> {
        match self.files {
            Files::One(writer) => writer.discard(),
            Files::Beir(beir) => beir.discard(),
        }
    }
}
