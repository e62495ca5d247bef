//! The machine's clock.

use std::time::Duration;

use chrono::{DateTime, Utc};
use zoomlogs_core::clock::Clock;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn seed(&self) -> u64 {
        // Jitter only has to differ between runs that started together; the nanoseconds do.
        u64::from(self.now().timestamp_subsec_nanos())
    }
}
