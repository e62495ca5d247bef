//! What one measurement measured.

use serde::{Deserialize, Serialize};

use crate::relay::{Kind, Traffic, Traffics};

/// One run of the function, or several added up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// How many runs.
    pub(crate) runs: u64,
    /// Seconds from the event (of a cold run: from the start of the process) to the answer.
    pub(crate) wall: f64,
    /// Processor seconds.
    pub(crate) cpu: f64,
    /// The most resident memory, in bytes.
    pub(crate) peak: u64,
    /// Seconds from the start of the process to the first request that Zoom sees, which is for an access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_request: Option<f64>,
    /// To the first one for the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_page: Option<f64>,
    /// Requests to Zoom for the report.
    pub(crate) zoom_pages: u64,
    /// Requests to Zoom for access tokens.
    pub(crate) zoom_tokens: u64,
    /// Requests that Zoom refused.
    pub(crate) zoom_refused: u64,
    /// Bytes of Zoom's answers.
    pub(crate) zoom_bytes: u64,
    /// What went to AWS.
    pub(crate) aws: Traffics,
    /// Records that the function said it has written.
    pub(crate) written: u64,
    /// The checkpoint's or the state's size afterwards, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state_bytes: Option<u64>,
    /// Records in the bucket, afterwards, for each one at Zoom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delivered: Option<f64>,
    /// Records at Zoom that are not in the bucket, afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<u64>,
}

impl Sample {
    /// The traffic of one kind.
    pub(crate) fn of(&self, kind: Kind) -> Traffic {
        self.aws.get(&kind).copied().unwrap_or_default()
    }

    /// What S3 bills as a read.
    pub(crate) fn s3_reads(&self) -> u64 {
        self.of(Kind::Get).requests + self.of(Kind::Head).requests
    }

    /// What S3 bills as a write, lists included.
    pub(crate) fn s3_writes(&self) -> u64 {
        self.of(Kind::Put).requests + self.of(Kind::List).requests + self.of(Kind::Other).requests
    }

    /// The bytes that went to S3 and came from there.
    pub(crate) fn s3_bytes(&self) -> (u64, u64) {
        let s3 = self.aws.iter().filter(|(kind, _)| **kind != Kind::Secret);
        s3.fold((0, 0), |(sent, received), (_, traffic)| {
            (sent + traffic.sent, received + traffic.received)
        })
    }

    /// Adds a further run.
    pub(crate) fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.wall += other.wall;
        self.cpu += other.cpu;
        self.peak = self.peak.max(other.peak);
        self.zoom_pages += other.zoom_pages;
        self.zoom_tokens += other.zoom_tokens;
        self.zoom_refused += other.zoom_refused;
        self.zoom_bytes += other.zoom_bytes;
        for (kind, more) in &other.aws {
            let traffic = self.aws.entry(*kind).or_default();
            traffic.requests += more.requests;
            traffic.sent += more.sent;
            traffic.received += more.received;
        }
        self.written += other.written;
        self.state_bytes = other.state_bytes.or(self.state_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_add_up_and_the_peak_is_the_highest() {
        let traffic = Traffic {
            requests: 2,
            sent: 10,
            received: 1,
        };
        let run = |peak| Sample {
            runs: 1,
            wall: 0.5,
            peak,
            aws: Traffics::from([(Kind::Put, traffic), (Kind::Secret, traffic)]),
            ..Sample::default()
        };
        let mut sum = run(7);
        sum.add(&run(5));
        assert_eq!((sum.runs, sum.wall, sum.peak), (2, 1.0, 7));
        assert_eq!(sum.s3_writes(), 4);
        assert_eq!(sum.s3_bytes(), (20, 2), "the secret's are not S3's");
    }
}
