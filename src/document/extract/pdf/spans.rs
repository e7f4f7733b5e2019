//! The layout of pages, from pieces of text in the order of their words.

use pdfboss_core::{Document, Result, map_pages};
use pdfboss_output::{
    FontCache, LayoutOptions, PageLayout, ReadingOrder, TextSpan, document_layout_opts,
    retain_rulings_on_page, retain_spans_on_page,
};
use pdfboss_text::extract_spans_and_rulings_reporting_cached;

use super::margins;

/// Most that letters are moved closer, by the size of the type.
const KERN: f32 = 0.2;

/// The layout of each page, without what runs in the margins.
pub(super) fn layouts(document: &Document) -> Result<Vec<PageLayout>> {
    let fonts = FontCache::default();
    let order = ReadingOrder::default();
    let pages = map_pages(document, |document, page| {
        let (mut spans, mut rulings, report) =
            extract_spans_and_rulings_reporting_cached(document, page, &fonts, order)?;
        retain_spans_on_page(&mut spans, page);
        retain_rulings_on_page(&mut rulings, page);
        unfold(&mut spans);
        Ok((page.crop_box, (spans, rulings, report.order)))
    });
    let pages = pages.into_iter().collect::<Result<Vec<_>>>()?;
    let (sizes, pages): (Vec<_>, Vec<_>) = pages.into_iter().unzip();
    let mut layouts = document_layout_opts(&pages, &LayoutOptions::default());
    margins::remove(&mut layouts, &sizes);
    Ok(layouts)
}

/// Moves the rest of a word to the end of its beginning where it starts before
/// it. The engine takes the letters of Type 3 fonts for narrower than they are,
/// and then a kern is a step back: `T`, `able` would be read as `ableT`.
fn unfold(spans: &mut [TextSpan]) {
    for index in 1..spans.len() {
        let (before, after) = spans.split_at_mut(index);
        let (before, span) = (&before[index - 1], &mut after[0]);
        if goes_on(before, span) && (before.x - KERN * span.size..before.x).contains(&span.x) {
            span.x = before.end_x.max(before.x);
            span.end_x = span.end_x.max(span.x);
        }
    }
}

/// Whether two pieces can be of one word that is read from left to right.
fn goes_on(before: &TextSpan, span: &TextSpan) -> bool {
    let is_letter =
        |char: Option<char>| char.is_some_and(|char| char < '\u{590}' && char.is_alphabetic());
    (before.y, before.size, before.rotate) == (span.y, span.size, 0)
        && is_letter(before.text.chars().next_back())
        && is_letter(span.text.chars().next())
}
