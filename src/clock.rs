//! Time, as the core knows it.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The only way to the time, to waiting and to chance.
///
/// The function runs on [`SystemClock`]; tests and the simulation bring their own.
#[allow(
    async_fn_in_trait,
    reason = "the function runs on one thread; no future needs to be Send"
)]
pub trait Clock {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// Waits for `duration`.
    async fn sleep(&self, duration: Duration);

    /// A number to seed the jitter of one series of retries with.
    fn seed(&self) -> u64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the clock that everyone else asks"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "this is the clock that everyone else asks"
    )]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn seed(&self) -> u64 {
        // Jitter only has to differ between runs that started together; the nanoseconds do.
        u64::from(self.now().timestamp_subsec_nanos())
    }
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
