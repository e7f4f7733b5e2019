//! The wish to stop: first drain, then abort.
//!
//! Knows how often it was asked and by which signal, but installs no handler:
//! that is for `main`.

use tokio::sync::watch;

/// How urgently a run is to stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Not at all.
    #[default]
    Run,
    /// Start nothing new, take in what is in flight.
    Drain,
    /// Drop what is in flight.
    Abort,
}

/// A signal that asks a program to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, which Ctrl-C sends.
    Interrupt,
    /// SIGTERM, which schedulers send.
    Terminate,
    /// SIGHUP, which a terminal sends when it is closed.
    HangUp,
}

#[derive(Debug, Clone, Copy, Default)]
struct Wish {
    urgency: Urgency,
    first_signal: Option<Signal>,
}

/// The side that asks a run to stop.
#[derive(Debug)]
pub struct StopSwitch(watch::Sender<Wish>);

/// The side that is asked.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<Wish>);

/// A switch and the wish it sets, at [`Urgency::Run`].
#[must_use]
pub fn stop_switch() -> (StopSwitch, Shutdown) {
    let (sender, receiver) = watch::channel(Wish::default());
    (StopSwitch(sender), Shutdown(receiver))
}

impl StopSwitch {
    /// How urgent it is now. After an abort there is nothing left to ask for.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        self.0.borrow().urgency
    }

    /// Asks for a drain, or, if that was asked for before, for an abort.
    pub fn signal(&self, signal: Signal) {
        self.0.send_modify(|wish| {
            wish.urgency = match wish.urgency {
                Urgency::Run => Urgency::Drain,
                Urgency::Drain | Urgency::Abort => Urgency::Abort,
            };
            wish.first_signal.get_or_insert(signal);
        });
    }

    /// Asks for a drain without a signal.
    pub fn drain(&self) {
        self.0
            .send_modify(|wish| wish.urgency = wish.urgency.max(Urgency::Drain));
    }
}

impl Shutdown {
    /// How urgent it is now.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        self.0.borrow().urgency
    }

    /// The signal that asked first; `None` if none did.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        self.0.borrow().first_signal
    }

    /// Waits until it is at least as urgent as `urgency`; forever if the
    /// switch is gone before.
    pub async fn reached(&self, urgency: Urgency) {
        let mut receiver = self.0.clone();
        if receiver
            .wait_for(|wish| wish.urgency >= urgency)
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_signal_drains_and_the_second_aborts() {
        let (switch, shutdown) = stop_switch();
        switch.signal(Signal::Terminate);
        shutdown.reached(Urgency::Drain).await;
        assert_eq!(shutdown.urgency(), Urgency::Drain);
        switch.signal(Signal::Interrupt);
        shutdown.reached(Urgency::Abort).await;
        assert_eq!(switch.urgency(), Urgency::Abort);
        assert_eq!(shutdown.signal(), Some(Signal::Terminate));
    }

    #[test]
    fn a_wish_to_abort_is_not_taken_back() {
        let (switch, shutdown) = stop_switch();
        switch.signal(Signal::Interrupt);
        switch.signal(Signal::Interrupt);
        switch.drain();
        assert_eq!(shutdown.urgency(), Urgency::Abort);
    }
}
