//! Messages on stderr, above the progress bar.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};

use indicatif::ProgressBar;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// Sends the messages of this process from `level` up to stderr, from now on.
pub(super) fn install(level: LevelFilter, bar: &ProgressBar) {
    let bar = bar.clone();
    let messages = tracing_subscriber::fmt::layer()
        .with_ansi(colours_are_wanted())
        .event_format(Plain)
        .with_writer(AboveBar(bar));
    // Libraries below have their own messages, which tell a user nothing.
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let subscriber = tracing_subscriber::registry().with(messages.with_filter(ours));
    // Fails only if there is one already, which then takes the messages.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Whether stderr takes colours: a terminal, and nobody says no.
pub(super) fn colours_are_wanted() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stderr().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

/// `warning: text`, with the place in the code for debugging only.
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (name, colour) = match *event.metadata().level() {
            Level::ERROR => ("error", "31"),
            Level::WARN => ("warning", "33"),
            Level::INFO => ("info", "36"),
            Level::DEBUG | Level::TRACE => ("debug", "90"),
        };
        match writer.has_ansi_escapes() {
            true => write!(writer, "\x1b[1;{colour}m{name}\x1b[0m: ")?,
            false => write!(writer, "{name}: ")?,
        }
        context
            .field_format()
            .format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

/// Writes to stderr while the bar steps aside.
struct AboveBar(ProgressBar);

impl<'a> MakeWriter<'a> for AboveBar {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(self.0.clone())
    }
}

struct Line(ProgressBar);

impl Write for Line {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write_all(text))?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
