//! The `sdgen` program: arguments in, exit code out.

mod signals;

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use sdgen::cli::{Cli, Command};
use sdgen::commands;
use sdgen::config::{Config, Env, Extent, LayerError, Layered, Note, layered};
use sdgen::document::{self, READER_ARGUMENT};
use sdgen::report::{self, Report};
use sdgen::run::{ExitStatus, RunError, dry_run, prepare, runtime};
use sdgen::shutdown::{Signal, StopSwitch, Urgency, stop_switch};

use signals::{Signals, hear_of_large_files};

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == READER_ARGUMENT)
    {
        return match document::serve() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let env = Env::load(Path::new("."));
    let Layered { cli, notes } = match layered(std::env::args_os(), &env) {
        Ok(layered) => layered,
        Err(LayerError::Usage(error)) => {
            // Help and version go to stdout with code 0, wrong usage to stderr.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                ExitStatus::Usage.code()
            } else {
                0
            });
        }
        Err(error) => {
            report::print_error(&error, error.hint());
            return ExitCode::from(ExitStatus::Usage.code());
        }
    };
    let mut report = Report::new(cli.log_level, cli.quiet);
    if let Some(command) = &cli.command {
        return ExitCode::from(carry_out(command, &cli, &env).code());
    }
    env.warn();
    notes.iter().for_each(Note::tell);
    let status = start(cli, &env, &mut report).unwrap_or_else(|error| {
        report::print_error(&error, error.hint());
        error.status()
    });
    ExitCode::from(status.code())
}

fn carry_out(command: &Command, cli: &Cli, env: &Env) -> ExitStatus {
    if let Command::Check { .. } | Command::Config { .. } = command {
        env.warn();
    }
    let (switch, shutdown) = stop_switch();
    let listens = match command {
        Command::Convert(_) => listen_beside(switch),
        // They leave nothing half done.
        _ => Ok(()),
    };
    if let Err(error) = listens {
        let error = RunError::Runtime(error);
        report::print_error(&error, error.hint());
        return error.status();
    }
    commands::execute(command, cli, env, &shutdown).unwrap_or_else(|error| {
        report::print_error(&error, error.hint());
        error.status()
    })
}

/// Turns the first signal into a wish while this thread works; the second one
/// ends the process.
fn listen_beside(switch: StopSwitch) -> io::Result<()> {
    let runtime = runtime()?;
    let mut signals = {
        let _context = runtime.enter();
        Signals::listen()?
    };
    let listen = async move {
        loop {
            stop(&switch, signals.next().await);
        }
    };
    let forever = move || runtime.block_on(listen);
    thread::Builder::new().spawn(forever).map(drop)
}

fn stop(switch: &StopSwitch, kind: Signal) {
    #[expect(clippy::exit, reason = "the user insists")]
    if switch.urgency() > Urgency::Run {
        std::process::exit(ExitStatus::Stopped(kind).code().into());
    }
    switch.signal(kind);
    tracing::warn!("stopping; interrupt again to end at once");
}

fn start(cli: Cli, env: &Env, report: &mut Report) -> Result<ExitStatus, RunError> {
    let config = Config::resolve(cli, env)?;
    let grace = config.options.grace;
    let runtime = runtime()?;
    let _file_size_limit = {
        let _context = runtime.enter();
        hear_of_large_files()?
    };
    if config.extent == Extent::Nothing {
        return runtime.block_on(dry_run(config, report));
    }
    let Some(prepared) = prepare(config, report)? else {
        return Ok(ExitStatus::Success);
    };
    runtime.block_on(async {
        let (switch, shutdown) = stop_switch();
        tokio::spawn(listen(Signals::listen()?, switch, grace));
        Ok(Box::pin(prepared.run(report, &shutdown)).await)
    })
}

/// Turns signals into wishes; the third one ends the process.
async fn listen(mut signals: Signals, switch: StopSwitch, grace: Duration) {
    loop {
        let before = switch.urgency();
        let kind = signals.next().await;
        switch.signal(kind);
        match before {
            Urgency::Run => {
                tracing::warn!(
                    "stopping: what is under way is waited for, {} s at most; interrupt again to drop it",
                    grace.as_secs_f64()
                );
            }
            Urgency::Drain => tracing::warn!("dropping the requests under way"),
            #[expect(clippy::exit, reason = "the user insists, and the files are safe")]
            Urgency::Abort => std::process::exit(ExitStatus::Stopped(kind).code().into()),
        }
    }
}
