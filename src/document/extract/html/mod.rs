//! HTML as a reader of the page sees it: headings, paragraphs, lists, tables.
//!
//! Tags are taken as they come and no tree is built, so that time is linear in
//! the length of a page, however deep it nests. No scripts, styles, link
//! targets or decoration.

mod hidden;

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use self::hidden::{Aside, is_hidden};
use super::prose::Prose;
use super::{Limits, Refusal, Section};

/// Most attributes that one tag may have, by the bytes between them: the
/// tokenizer compares each with all before it.
const ATTRIBUTES: usize = 20_000;

/// Bytes that are given to the tokenizer at once.
const PIECE_BYTES: usize = 16 << 10;

/// The text of a page as one section.
pub(super) fn sections(html: &str, limits: Limits) -> Result<Vec<Section>, Refusal> {
    Ok(vec![section(html, limits)?])
}

pub(super) fn section(html: &str, limits: Limits) -> Result<Section, Refusal> {
    let page = Page {
        prose: Prose::new(limits),
        state: State::default(),
        silent: 0,
        refusal: None,
    };
    let tokenizer = Tokenizer::new(Sink(RefCell::new(page)), TokenizerOpts::default());
    let queue = BufferQueue::default();
    for piece in pieces(&without_comments(html)) {
        queue.push_back(StrTendril::from_slice(piece));
        while !queue.is_empty() {
            // Stops at the end of a script, to let it run.
            let _ = tokenizer.feed(&queue);
        }
        tokenizer.sink.0.borrow_mut().after(piece)?;
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().into_section()
}

/// `html` without what is in comments, which may be long.
fn without_comments(html: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = html;
    while let Some((before, comment)) = rest.split_once("<!--") {
        // `<!-->` is a whole comment.
        let after = match comment.strip_prefix('>') {
            Some(after) => Some(after),
            None => comment.split_once("-->").map(|(_, after)| after),
        };
        let Some(after) = after else { break };
        kept.push_str(before);
        rest = after;
    }
    match kept.is_empty() && rest.len() == html.len() {
        true => Cow::Borrowed(html),
        false => Cow::Owned(kept + rest),
    }
}

/// `html` in parts of which none is long.
fn pieces(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let mut ends = (0..=PIECE_BYTES.min(rest.len())).rev();
        let end = ends.find(|&end| rest.is_char_boundary(end))?;
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Bytes of `piece` that may stand between two attributes.
fn separators(piece: &str) -> usize {
    let is_separator =
        |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\x0C' | b'/' | b'"' | b'\'');
    piece.bytes().filter(|byte| is_separator(byte)).count()
}

/// Where in the page the tokenizer is.
#[derive(Debug, Default)]
struct State {
    /// The element whose content is not shown, and how often it is open.
    hidden: Option<(String, usize)>,
    lists: usize,
    preformatted: usize,
    in_title: bool,
    title: String,
    has_heading: bool,
    aside: Aside,
}

struct Page {
    prose: Prose,
    state: State,
    /// What may be attributes since the last tag or text.
    silent: usize,
    refusal: Option<Refusal>,
}

struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        if !matches!(token, Token::ParseError(_)) {
            page.silent = 0;
        }
        match token {
            Token::CharacterTokens(text) => {
                if let Err(refusal) = page.text(&text) {
                    page.refusal.get_or_insert(refusal);
                }
                TokenSinkResult::Continue
            }
            Token::TagToken(tag) => {
                page.tag(&tag);
                raw(&tag)
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// How the content of an element is to be read. In XHTML an element can be
/// empty, and in HTML nobody writes it so.
fn raw(tag: &Tag) -> TokenSinkResult<()> {
    if tag.kind == TagKind::EndTag || tag.self_closing {
        return TokenSinkResult::Continue;
    }
    match &*tag.name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
            TokenSinkResult::RawData(RawKind::Rawtext)
        }
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        _ => TokenSinkResult::Continue,
    }
}

impl Page {
    /// Whether to go on after a piece of the page.
    fn after(&mut self, piece: &str) -> Result<(), Refusal> {
        self.silent += separators(piece);
        if self.silent > ATTRIBUTES {
            let reason = format!("a tag of more than {ATTRIBUTES} parts");
            return Err(Refusal::Malformed(reason));
        }
        match self.refusal.take() {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        if self.state.aside.holds(text) {
            return Ok(());
        }
        match &mut self.state {
            State {
                hidden: Some(_), ..
            } => Ok(()),
            State {
                in_title: true,
                title,
                ..
            } => {
                title.push_str(text);
                Ok(())
            }
            State {
                preformatted: 1.., ..
            } => self.prose.verbatim(text),
            _ => self.prose.words(text),
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let opens = tag.kind == TagKind::StartTag;
        if self.is_hidden(tag) {
            return;
        }
        if opens {
            self.state.aside.open(tag);
            self.open(name);
        }
        if !opens || tag.self_closing {
            self.state.aside.close(name);
            self.close(name);
        }
    }

    /// Whether a tag starts, ends or is within what is not shown.
    fn is_hidden(&mut self, tag: &Tag) -> bool {
        let (name, self_closing) = (&*tag.name, tag.self_closing);
        let opens = tag.kind == TagKind::StartTag;
        match &mut self.state.hidden {
            Some((hidden, count)) if hidden == name => {
                *count = if opens {
                    *count + usize::from(!self_closing)
                } else {
                    *count - 1
                };
                if *count == 0 {
                    self.state.hidden = None;
                }
                true
            }
            Some(_) => true,
            None if opens && (is_hidden(tag)) => {
                self.state.hidden = (!self_closing).then(|| (name.to_owned(), 1));
                true
            }
            None => false,
        }
    }

    fn open(&mut self, name: &str) {
        match name {
            "title" => self.state.in_title = true,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.state.has_heading |= name == "h1";
                self.prose.heading(heading_level(name));
            }
            "li" => self.prose.item(self.state.lists.saturating_sub(1)),
            "ul" | "ol" => {
                self.list_gap();
                self.state.lists += 1;
            }
            "pre" => {
                self.prose.paragraph();
                self.state.preformatted += 1;
            }
            "table" => self.prose.open_table(),
            "tr" => self.prose.open_row(),
            "td" | "th" => self.prose.open_cell(),
            _ => self.gap(name),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "title" => self.state.in_title = false,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.prose.end();
                self.prose.paragraph();
            }
            "li" => {
                self.prose.end();
                self.prose.line();
            }
            "ul" | "ol" => {
                self.state.lists = self.state.lists.saturating_sub(1);
                self.list_gap();
            }
            "pre" => {
                self.state.preformatted = self.state.preformatted.saturating_sub(1);
                self.prose.paragraph();
            }
            "table" => self.prose.close_table(),
            "tr" => self.prose.close_row(),
            "td" | "th" => self.prose.close_cell(),
            _ => self.gap(name),
        }
    }

    /// A list stands apart, one in a list does not.
    fn list_gap(&mut self) {
        if self.state.lists == 0 {
            return self.prose.paragraph();
        }
        self.prose.end();
        self.prose.line();
    }

    /// What a tag means for the text around it.
    fn gap(&mut self, name: &str) {
        match name {
            "p" | "blockquote" | "section" | "article" | "header" | "footer" | "main" | "aside"
            | "nav" | "figure" | "dl" | "form" | "fieldset" | "address" | "details" | "hr"
            | "body" => self.prose.paragraph(),
            "br" | "div" | "dt" | "dd" | "option" | "summary" | "legend" | "caption"
            | "figcaption" | "center" | "thead" | "tbody" | "tfoot" | "button" | "label"
            | "select" | "textarea" => self.prose.line(),
            "img" | "input" => self.prose.space(),
            _ => {}
        }
    }

    /// The page, under its title if it has no heading of its own.
    fn into_section(self) -> Result<Section, Refusal> {
        let Self {
            prose,
            state,
            refusal,
            ..
        } = self;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let mut section = prose.into_section(None);
        let title: Vec<&str> = state.title.split_whitespace().collect();
        if !state.has_heading && !title.is_empty() && !section.text.is_empty() {
            section
                .text
                .insert_str(0, &format!("# {}\n\n", title.join(" ")));
        }
        Ok(section)
    }
}

fn heading_level(name: &str) -> usize {
    name[1..].parse().unwrap_or(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        section(html, Limits::default()).unwrap().text
    }

    #[test]
    fn html_becomes_what_a_reader_sees() {
        let html = "<html><head><title>t</title><style>p {}</style></head><body>\
            <script>var x = '<p>';</script><h1>Head</h1><p>One <b>bold</b> <a href='http://x'>link</a>.</p>\
            <hr><ul><li>first<ul><li>inner</ul><li>second</ul><table><tr><th>a<th>b<tr><td>1<td>2</table>\
            <svg><text>no</text></svg>&lt;&eacute;<pre>x\n  y</pre></body></html>";
        assert_eq!(
            text(html),
            "# Head\n\nOne bold link.\n\n- first\n  - inner\n- second\n\na | b\n1 | 2\n\n<é\n\nx\n  y"
        );
    }

    #[test]
    fn numbers_of_notes_are_left_out_and_powers_are_not() {
        let html = "one<sup><a href='#n1'>1</a></sup>, two<a href='b.html#n2'><sup>2</sup></a>, \
            x<sup>2</sup> and <a href='#r'>R<sup>2</sup></a> and <a href='#r'>links</a>";
        assert_eq!(text(html), "one, two, x2 and R2 and links");
    }

    #[test]
    fn what_the_page_hides_is_left_out() {
        let html = "a<div hidden>b<div>c</div>d</div><span style='Display : none'>e</span>\
            <p hidden>f<p style='display:block'>g";
        assert_eq!(text(html), "a\n\nf\n\ng");
    }

    #[test]
    fn readings_of_characters_are_left_out() {
        assert_eq!(
            text("<ruby>東<rp>(<rt>とう<rp>)</ruby><ruby>京<rt>きょう</rt></ruby>に"),
            "東京に"
        );
    }

    #[test]
    fn formulas_stay_in_their_line() {
        let html = "<p>where <math><semantics><mi>x</mi><mo>=</mo><mn>1</mn>\
            <annotation>\\frac</annotation></semantics></math> is super<wbr>long";
        assert_eq!(text(html), "where x=1 is superlong");
    }

    #[test]
    fn a_title_stands_in_for_a_missing_heading() {
        assert_eq!(text("<title> A\ntitle</title><p>Text"), "# A title\n\nText");
        assert_eq!(text("<title>A title</title>"), "");
    }

    #[test]
    fn elements_may_be_empty_as_in_xhtml() {
        assert_eq!(
            text("<title/><script src='x'/><p>Text<br/>more</p>"),
            "Text\nmore"
        );
    }

    #[test]
    fn a_long_paragraph_stays_one_line() {
        let sentence = "A sentence of words. ".repeat(5_000);
        assert_eq!(text(&format!("<p>{sentence}</p>")), sentence.trim());
    }

    #[test]
    fn deep_nesting_takes_linear_time() {
        for tag in ["div", "p", "b", "table", "td", "ul", "svg", "a"] {
            let html = format!("{}deep", format!("<{tag}>").repeat(50_000));
            let text = text(&html);
            assert!(text.contains("deep") || tag == "svg", "{tag}");
        }
    }

    #[test]
    fn comments_are_left_out_however_long() {
        let html = format!(
            "a<!--{}-->b<!-- > --> c<!-->d<!---->>f<!-- e",
            " <p> x".repeat(50_000)
        );
        assert_eq!(text(&html), "ab cd>f");
    }

    #[test]
    fn a_tag_of_endless_attributes_is_refused() {
        let attributes: Vec<String> = (0..100_000).map(|number| format!(" a{number}")).collect();
        let attributes = attributes.concat();
        assert!(section(&format!("<a{attributes}"), Limits::default()).is_err());
    }
}
