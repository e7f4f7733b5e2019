//! The wish to stop: first drain, then abort.
//!
//! Knows nothing of signals; `main` turns them into wishes.

use tokio::sync::watch;

/// How urgently a run is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Not at all.
    Run,
    /// Start nothing new, take in what is in flight.
    Drain,
    /// Drop what is in flight.
    Abort,
}

/// The side that asks a run to stop.
#[derive(Debug)]
pub struct StopSwitch(watch::Sender<Urgency>);

/// The side that is asked.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<Urgency>);

/// A switch and the wish it sets, at [`Urgency::Run`].
#[must_use]
pub fn stop_switch() -> (StopSwitch, Shutdown) {
    let (sender, receiver) = watch::channel(Urgency::Run);
    (StopSwitch(sender), Shutdown(receiver))
}

impl StopSwitch {
    /// Asks for `urgency`; never takes an earlier, greater wish back.
    pub fn set(&self, urgency: Urgency) {
        self.0.send_if_modified(|current| {
            let greater = urgency > *current;
            if greater {
                *current = urgency;
            }
            greater
        });
    }
}

impl Shutdown {
    /// How urgent it is now.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Waits until it is at least as urgent as `urgency`; forever if the
    /// switch is gone before.
    pub async fn reached(&self, urgency: Urgency) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|now| *now >= urgency).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wish_to_abort_is_not_taken_back() {
        let (switch, shutdown) = stop_switch();
        switch.set(Urgency::Abort);
        switch.set(Urgency::Drain);
        shutdown.reached(Urgency::Abort).await;
        assert_eq!(shutdown.urgency(), Urgency::Abort);
    }
}
