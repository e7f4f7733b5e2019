//! The signals of the system that matter to a run.

use std::io;

use sdgen::shutdown::Signal;

pub(crate) use system::{Signals, hear_of_large_files};

#[cfg(unix)]
mod system {
    use super::{Signal, io};
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    /// Those that ask the program to end.
    pub(crate) struct Signals {
        interrupt: Stream,
        terminate: Stream,
        hang_up: Stream,
    }

    impl Signals {
        /// From now on they end the program no more.
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        /// The next one.
        pub(crate) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::Interrupt,
                _ = self.terminate.recv() => Signal::Terminate,
                _ = self.hang_up.recv() => Signal::HangUp,
            }
        }
    }

    /// The signal for a file over the size limit (`man 7 signal`).
    const SIGXFSZ: i32 = 25;

    /// As long as the result is there, a file over the size limit is a write error
    /// that names the file, and does not end the program.
    pub(crate) fn hear_of_large_files() -> io::Result<Stream> {
        signal(SignalKind::from_raw(SIGXFSZ))
    }
}

#[cfg(windows)]
mod system {
    use super::{Signal, io};
    use tokio::signal::windows;

    /// Those that ask the program to end.
    pub(crate) struct Signals {
        interrupt: windows::CtrlC,
        terminate: windows::CtrlBreak,
        close: windows::CtrlClose,
        log_off: windows::CtrlLogoff,
        shut_down: windows::CtrlShutdown,
    }

    impl Signals {
        /// From now on they end the program no more.
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: windows::ctrl_c()?,
                terminate: windows::ctrl_break()?,
                close: windows::ctrl_close()?,
                log_off: windows::ctrl_logoff()?,
                shut_down: windows::ctrl_shutdown()?,
            })
        }

        /// The next one.
        pub(crate) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::Interrupt,
                _ = self.terminate.recv() => Signal::Terminate,
                _ = self.close.recv() => Signal::HangUp,
                _ = self.log_off.recv() => Signal::HangUp,
                _ = self.shut_down.recv() => Signal::Terminate,
            }
        }
    }

    /// Windows has no such signal.
    pub(crate) fn hear_of_large_files() -> io::Result<()> {
        Ok(())
    }
}
