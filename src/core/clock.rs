//! Time, as the core knows it.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The only way to the time, to waiting and to chance.
///
/// The function runs on the machine's clock; tests and the simulation bring their own.
pub trait Clock {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// Waits for `duration`.
    async fn sleep(&self, duration: Duration);

    /// A number to seed the jitter of one series of retries with.
    fn seed(&self) -> u64;
}

impl<C: Clock> Clock for &C {
    fn now(&self) -> DateTime<Utc> {
        (**self).now()
    }

    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }

    fn seed(&self) -> u64 {
        (**self).seed()
    }
}
