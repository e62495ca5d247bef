//! What a month of such days costs at AWS: list prices in us-east-1 for x86_64, before AWS's free tier.

use crate::{relay::Kind, sample::Sample, side::Side};

/// USD for a GB-second of Lambda.
const GB_SECOND: f64 = 0.000_016_666_7;
/// USD for an invocation.
const INVOCATION: f64 = 0.20 / 1e6;
/// USD for a PUT or a LIST.
const S3_WRITE: f64 = 0.005 / 1e3;
/// USD for a GET or a HEAD.
const S3_READ: f64 = 0.0004 / 1e3;
/// USD for a GB stored for a month.
const S3_GB_MONTH: f64 = 0.023;
/// USD for a secret for a month.
const SECRET: f64 = 0.40;
/// USD for a call of Secrets Manager.
const SECRET_CALL: f64 = 0.05 / 1e4;

const DAYS: f64 = 30.0;
/// The least memory that Lambda gives, in MiB.
const LEAST_MEMORY: u64 = 128;
/// The memory at which Lambda gives one whole processor, in MiB; below that, its share of one.
const WHOLE_PROCESSOR: f64 = 1769.0;

/// A month's bill, in USD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bill {
    /// The smallest memory that the runs fit into, in MiB.
    pub(crate) memory: u64,
    /// GB-seconds.
    pub(crate) gb_seconds: f64,
    /// Lambda's time.
    pub(crate) time: f64,
    /// Lambda's invocations.
    pub(crate) invocations: f64,
    /// S3's writes and lists.
    pub(crate) writes: f64,
    /// S3's reads.
    pub(crate) reads: f64,
    /// What a month writes, kept for a month.
    pub(crate) storage: f64,
    /// The secret and its reading.
    pub(crate) secret: f64,
}

impl Bill {
    /// That of `side` for a month of days like `day`.
    pub(crate) fn of(side: Side, day: &Sample) -> Self {
        let memory = day.peak.div_ceil(1 << 20).max(LEAST_MEMORY);
        // Waiting takes as long as here; computing takes as much longer as the share of a processor is smaller.
        let share = (memory as f64 / WHOLE_PROCESSOR).min(1.0);
        let seconds = (day.wall - day.cpu).max(0.0) + day.cpu / share;
        let gb_seconds = DAYS * seconds * memory as f64 / 1024.0;
        let stored = DAYS * day.of(Kind::Put).sent as f64 / f64::from(1 << 30);
        let secret = match side {
            Side::Ours => SECRET + DAYS * day.of(Kind::Secret).requests as f64 * SECRET_CALL,
            // Its credentials are variables of the function, for all to read who may look at it.
            Side::Guide => 0.0,
        };
        Self {
            memory,
            gb_seconds,
            time: gb_seconds * GB_SECOND,
            invocations: DAYS * day.runs as f64 * INVOCATION,
            writes: DAYS * day.s3_writes() as f64 * S3_WRITE,
            reads: DAYS * day.s3_reads() as f64 * S3_READ,
            storage: stored * S3_GB_MONTH,
            secret,
        }
    }

    /// All of it.
    pub(crate) fn total(&self) -> f64 {
        self.without_secret() + self.secret
    }

    /// All of it but for the secret.
    pub(crate) fn without_secret(&self) -> f64 {
        self.time + self.invocations + self.writes + self.reads + self.storage
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::{Traffic, Traffics};

    fn day() -> Sample {
        let traffic = |requests, sent| Traffic {
            requests,
            sent,
            received: 0,
        };
        Sample {
            runs: 96,
            wall: 96.0,
            cpu: 0.0,
            peak: 50 << 20,
            aws: Traffics::from([
                (Kind::Get, traffic(1000, 0)),
                (Kind::List, traffic(400, 0)),
                (Kind::Put, traffic(600, 1 << 30)),
                (Kind::Secret, traffic(96, 0)),
            ]),
            ..Sample::default()
        }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn a_month_is_thirty_days_at_list_prices() {
        let bill = Bill::of(Side::Ours, &day());
        assert_eq!(bill.memory, 128);
        assert!(close(bill.gb_seconds, 360.0));
        assert!(close(bill.time, 0.006_000_012));
        assert!(close(bill.invocations, 0.000_576));
        assert!(close(bill.writes, 0.15));
        assert!(close(bill.reads, 0.012));
        assert!(close(bill.storage, 0.69));
        assert!(close(bill.secret, 0.4144));
        assert!(close(bill.total() - bill.without_secret(), bill.secret));
    }

    #[test]
    fn computing_takes_longer_on_a_share_of_a_processor_and_the_guide_pays_for_no_secret() {
        let mut day = day();
        (day.cpu, day.peak) = (96.0, 200 << 20);
        let bill = Bill::of(Side::Guide, &day);
        assert_eq!((bill.memory, bill.secret), (200, 0.0));
        let seconds = 96.0 * 1769.0 / 200.0;
        assert!(close(bill.gb_seconds, 30.0 * seconds * 200.0 / 1024.0));
    }
}
