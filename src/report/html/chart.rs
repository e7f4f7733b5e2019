//! Small charts, as SVG that stretches with the page.
//!
//! Their scales are HTML beside them, so that no letter is stretched.

use maud::{Markup, html};

use super::text::{count, part};

/// A bar as long as `part`, 0 to 1, of its place; the number stands beside it.
pub(super) fn meter(part: f64) -> Markup {
    html! {
        svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect class="back" width="100" height="10" {}
            rect class="mark" width=(rounded(part * 100.0)) height="10" {}
        }
    }
}

/// Columns side by side.
pub(super) struct Layer {
    /// How they look, in the style of the page.
    pub(super) class: &'static str,
    /// Their heights, 0 to 1.
    pub(super) heights: Vec<f64>,
}

impl Layer {
    /// A column for each of `counts`, of which `highest` fills its place.
    pub(super) fn of(class: &'static str, counts: impl Iterator<Item = u64>, highest: u64) -> Self {
        Self {
            class,
            heights: counts.map(|count| part(count, highest)).collect(),
        }
    }
}

/// A column for each of `counts`; `scale` is where the first begins and the last
/// ends.
pub(super) fn histogram(title: &str, counts: &[u64], scale: [&str; 2]) -> Markup {
    let highest = counts.iter().copied().max().unwrap_or_default();
    let layer = Layer::of("mark", counts.iter().copied(), highest);
    columns(title, &[layer], &count(highest), scale)
}

/// `layers` of columns, each before the last one, as high as `highest` at most.
pub(super) fn columns(title: &str, layers: &[Layer], highest: &str, scale: [&str; 2]) -> Markup {
    let [least, most] = scale;
    let described = format!("From {least} to {most}; the highest column stands for {highest}.");
    let width = layers.first().map_or(0, |layer| layer.heights.len());
    html! {
        figure {
            svg class="chart" viewBox={ "0 0 " (width) " 100" } preserveAspectRatio="none" role="img" {
                title { (title) }
                desc { (described) }
                @for Layer { class, heights } in layers {
                    @for (place, height) in heights.iter().enumerate() {
                        rect class=(class) x={ (place) ".05" } y=(rounded(100.0 - height * 100.0))
                            width="0.9" height=(rounded(height * 100.0)) {}
                    }
                }
            }
            div class="scale" aria-hidden="true" { span { (least) } span { (most) } }
            figcaption { (title) " (highest column: " (highest) ")" }
        }
    }
}

/// A line through `points`, whose last one is the farthest and the highest.
pub(super) fn line(title: &str, points: &[(u64, u64)], unit: [&str; 2]) -> Markup {
    let (x_most, y_most) = points.last().copied().unwrap_or_default();
    let places = points.iter().map(|(x, y)| {
        let (x, y) = (part(*x, x_most) * 100.0, 100.0 - part(*y, y_most) * 100.0);
        format!("{},{}", rounded(x), rounded(y))
    });
    let places = places.collect::<Vec<_>>().join(" ");
    let end = format!(
        "{} {} after {} {}",
        count(y_most),
        unit[1],
        count(x_most),
        unit[0]
    );
    html! {
        figure {
            svg class="chart" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" {
                title { (title) }
                desc { (end) ", from none at the start." }
                polyline class="even" points="0,100 100,0" {}
                polyline class="line" points={ "0,100 " (places) } {}
            }
            div class="scale" aria-hidden="true" { span { "0" } span { (end) } }
            figcaption { (title) }
        }
    }
}

fn rounded(number: f64) -> String {
    format!("{number:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_column_fills_its_place() {
        let svg = histogram("Words", &[1, 4, 0], ["1", "9"]).into_string();
        assert!(
            svg.contains("x=\"1.05\" y=\"0.00\" width=\"0.9\" height=\"100.00\""),
            "{svg}"
        );
        assert!(svg.contains("height=\"25.00\""), "{svg}");
    }

    #[test]
    fn a_line_ends_at_the_top_right() {
        let svg = line("Growth", &[(1, 10), (4, 20)], ["requests", "samples"]).into_string();
        assert!(
            svg.contains("points=\"0,100 25.00,50.00 100.00,0.00\""),
            "{svg}"
        );
    }
}
