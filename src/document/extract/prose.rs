//! Headings, paragraphs, lists and tables put together to readable text, in
//! the order in which a reader of some format meets them.
//!
//! Knows no format. Nothing that is open must be closed, so that it serves
//! the tags of careless HTML too.

use super::{Limits, Refusal, Section};

/// Tables in tables that keep their rows; deeper ones are taken for layout.
/// Every level copies the text of its cells once.
const TABLE_DEPTH: usize = 8;

/// Deepest indentation of a list.
const LIST_DEPTH: usize = 8;

/// Length above which a cell of paragraphs is taken for layout.
const LAYOUT_BYTES: usize = 200;

/// Where a word may be cut at the end of a line; no letter of it.
const SOFT_HYPHEN: char = '\u{AD}';

/// What stands between the words that were written and those to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Gap {
    #[default]
    Nothing,
    Space,
    Line,
    Paragraph,
}

/// A stream of text: the document, or one cell.
#[derive(Debug, Default)]
struct Flow {
    text: String,
    gap: Gap,
    prefix: String,
}

/// A table that is open, with the finished cells of its open row.
#[derive(Debug, Default)]
struct Table {
    cells: Vec<String>,
    in_cell: bool,
}

/// Readable text in the making.
#[derive(Debug)]
pub(super) struct Prose {
    /// The document and the open cell of each open table.
    flows: Vec<Flow>,
    tables: Vec<Table>,
    /// Open tables beyond those of `tables`.
    flat_tables: usize,
    written: usize,
    limit: usize,
}

impl Prose {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            flows: vec![Flow::default()],
            tables: Vec::new(),
            flat_tables: 0,
            written: 0,
            limit: limits.text_bytes,
        }
    }

    /// Words; any white space between them is one space.
    pub(super) fn words(&mut self, text: &str) -> Result<(), Refusal> {
        self.count(text)?;
        let flow = self.flow();
        for (index, word) in text.split(char::is_whitespace).enumerate() {
            if index > 0 {
                flow.gap = flow.gap.max(Gap::Space);
            }
            flow.push(word);
        }
        Ok(())
    }

    /// Text whose white space matters.
    pub(super) fn verbatim(&mut self, text: &str) -> Result<(), Refusal> {
        self.count(text)?;
        self.flow().push(text);
        Ok(())
    }

    /// What follows starts a word.
    pub(super) fn space(&mut self) {
        self.widen(Gap::Space);
    }

    /// What follows starts a line.
    pub(super) fn line(&mut self) {
        self.widen(Gap::Line);
    }

    /// What follows starts a paragraph.
    pub(super) fn paragraph(&mut self) {
        self.widen(Gap::Paragraph);
    }

    /// What follows is a heading of `level`, from 1.
    pub(super) fn heading(&mut self, level: usize) {
        self.paragraph();
        if self.tables.is_empty() {
            self.flow().prefix = format!("{} ", "#".repeat(level.clamp(1, 6)));
        }
    }

    /// What follows is an item of a list in `depth` others.
    pub(super) fn item(&mut self, depth: usize) {
        self.line();
        self.flow().prefix = format!("{}- ", "  ".repeat(depth.min(LIST_DEPTH)));
    }

    /// A heading or an item ended, perhaps without a word.
    pub(super) fn end(&mut self) {
        self.flow().prefix.clear();
    }

    pub(super) fn open_table(&mut self) {
        self.paragraph();
        match self.tables.len() < TABLE_DEPTH {
            true => self.tables.push(Table::default()),
            false => self.flat_tables += 1,
        }
    }

    pub(super) fn close_table(&mut self) {
        if self.flat_tables > 0 {
            self.flat_tables -= 1;
        } else {
            self.close_row();
            self.tables.pop();
        }
        self.paragraph();
    }

    pub(super) fn open_row(&mut self) {
        self.close_row();
    }

    /// Writes the open row: one line, or a cell after the other if one of them
    /// holds paragraphs and so is no cell of data.
    pub(super) fn close_row(&mut self) {
        if self.flat_tables > 0 || self.tables.is_empty() {
            return self.line();
        }
        self.close_cell();
        let cells = self
            .tables
            .last_mut()
            .map(|table| std::mem::take(&mut table.cells));
        let mut cells = cells.unwrap_or_default();
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        if cells.is_empty() {
            return;
        }
        self.line();
        if cells.iter().any(|cell| is_layout(cell)) {
            for cell in cells {
                self.paragraph();
                self.flow().push(&cell);
            }
            return self.paragraph();
        }
        let row = cells
            .iter()
            .map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "));
        let row = row.collect::<Vec<_>>().join(" | ");
        self.flow().push(&row);
        self.line();
    }

    pub(super) fn open_cell(&mut self) {
        self.close_cell();
        match self.tables.last_mut() {
            Some(table) if self.flat_tables == 0 => {
                table.in_cell = true;
                self.flows.push(Flow::default());
            }
            _ => self.space(),
        }
    }

    pub(super) fn close_cell(&mut self) {
        if self.flat_tables > 0 {
            return;
        }
        if let Some(table) = self.tables.last_mut()
            && std::mem::take(&mut table.in_cell)
            && let Some(flow) = self.flows.pop()
        {
            table.cells.push(flow.text);
        }
    }

    /// The text as one section.
    pub(super) fn into_section(mut self, page: Option<u32>) -> Section {
        while !self.tables.is_empty() {
            self.close_table();
        }
        Section {
            page,
            ..Section::of(std::mem::take(&mut self.flow().text))
        }
    }

    pub(super) fn is_in_cell(&self) -> bool {
        self.tables.last().is_some_and(|table| table.in_cell)
    }

    fn flow(&mut self) -> &mut Flow {
        self.flows
            .last_mut()
            .expect("the document's flow is never popped")
    }

    fn widen(&mut self, gap: Gap) {
        let flow = self.flow();
        // What a heading or an item starts with is on its line.
        if flow.prefix.is_empty() {
            flow.gap = flow.gap.max(gap);
        }
    }

    fn count(&mut self, text: &str) -> Result<(), Refusal> {
        self.written += text.len() + 1;
        match self.written <= self.limit {
            true => Ok(()),
            false => Err(Refusal::TooMuchText(self.limit)),
        }
    }
}

/// Whether a cell holds what is no value but a part of a page.
fn is_layout(cell: &str) -> bool {
    cell.len() > LAYOUT_BYTES && cell.contains("\n\n")
}

impl Flow {
    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::Nothing => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.gap = Gap::Nothing;
        self.text.push_str(&self.prefix);
        self.prefix.clear();
        self.text.extend(text.split(SOFT_HYPHEN));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn prose(write: impl FnOnce(&mut Prose)) -> String {
        let mut prose = Prose::new(Limits::default());
        write(&mut prose);
        prose.into_section(None).text
    }

    fn row(prose: &mut Prose, cells: &[&str]) {
        prose.open_row();
        for cell in cells {
            prose.open_cell();
            prose.words(cell).unwrap();
            prose.close_cell();
        }
        prose.close_row();
    }

    #[test]
    fn headings_and_items_are_marked() {
        let text = prose(|prose| {
            prose.heading(2);
            prose.words(" A  heading ").unwrap();
            prose.end();
            prose.paragraph();
            prose.item(0);
            prose.paragraph();
            prose.words("one").unwrap();
            prose.item(1);
            prose.words("two").unwrap();
        });
        assert_eq!(text, "## A heading\n\n- one\n  - two");
    }

    #[test]
    fn words_are_whole_where_they_could_be_cut() {
        let text = prose(|prose| {
            prose.words("soft\u{AD}ware, ").unwrap();
            prose.verbatim("light\u{AD}house").unwrap();
        });
        assert_eq!(text, "software, lighthouse");
    }

    #[test]
    fn rows_of_a_table_are_lines() {
        let text = prose(|prose| {
            prose.words("before").unwrap();
            prose.open_table();
            row(prose, &["a", "", "b"]);
            row(prose, &["", ""]);
            row(prose, &["c"]);
            prose.close_table();
            prose.words("after").unwrap();
        });
        assert_eq!(text, "before\n\na |  | b\nc\n\nafter");
    }

    #[test]
    fn a_cell_of_paragraphs_is_layout() {
        let text = prose(|prose| {
            prose.open_table();
            prose.open_row();
            prose.open_cell();
            prose.words("one").unwrap();
            prose.paragraph();
            prose.words(&"two ".repeat(100)).unwrap();
            prose.open_cell();
            prose.words("three").unwrap();
        });
        assert_eq!(
            text,
            format!("one\n\n{}\n\nthree", "two ".repeat(100).trim())
        );
    }

    #[test]
    fn unbalanced_calls_do_no_harm() {
        let text = prose(|prose| {
            prose.close_cell();
            prose.close_row();
            prose.close_table();
            prose.open_cell();
            prose.words("a").unwrap();
            for _ in 0..100 {
                prose.open_table();
                prose.open_row();
                prose.open_cell();
            }
            prose.words("b").unwrap();
            prose.close_table();
            prose.words("c").unwrap();
        });
        assert_eq!(text, "a\n\nb c");
    }

    #[test]
    fn text_beyond_the_limit_is_refused() {
        let mut prose = Prose::new(Limits {
            text_bytes: 8,
            ..Limits::default()
        });
        prose.words("12345").unwrap();
        assert!(matches!(prose.words("678"), Err(Refusal::TooMuchText(8))));
    }
}
