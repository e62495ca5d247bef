//! What a seed chooses before anything happens: settings, and which troubles there are, and how many.
//!
//! Not every world has every trouble. One that has only a few of them goes further with each, and which go together is
//! the seed's choice.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::Map;
use zoom_simulator::{
    ExtraFields, LastPageToken, Layout, OrderInSecond, Paging, Report, RetryAfter,
};
use zoomlogs_core::collector::{Limits, Settings};
use zoomlogs_core::report::{self as collected, ACTIVITIES, OPERATION_LOGS};

/// What the bucket promises: nothing deletes an entry within an hour of its writing.
const FEED_WAITS: TimeDelta = TimeDelta::hours(1);

/// What the bucket promises: entries and their noncurrent versions stay readable for 200 days.
const VERSIONS_KEPT: TimeDelta = TimeDelta::days(200);

/// Which promises of the world around hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Campaign {
    /// All of them: what the guarantee covers.
    #[default]
    Guarantee,
    /// A feed that deletes an entry as soon as it sees it. Doubles may occur, losses may not.
    EagerFeed,
    /// A Zoom that lists rows of one second in another order at each request.
    ShuffledRows,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) begins: DateTime<Utc>,
    /// Which report is collected.
    pub(crate) report: Report,
    pub(crate) collector: Settings,
    pub(crate) zoom: zoom_simulator::Settings,
    /// Between two firings of the schedule.
    pub(crate) schedule: TimeDelta,
    /// How long an invocation may take.
    pub(crate) timeout: TimeDelta,
    /// How often the schedule fires before the faults stop.
    pub(crate) firings: u32,
    /// How many rows arrive between two firings, at most.
    pub(crate) rows: u32,
    /// The share of rows that are picked from a few.
    pub(crate) equal_rows: f64,
    /// The share of rows that are listed late. Where it is 0, every row is listed above those that were there before.
    pub(crate) late_rows: f64,
    /// Whether there are rows of other shapes than Zoom documents.
    pub(crate) odd_rows: bool,
    pub(crate) chances: Chances,
    pub(crate) feed_waits: Option<TimeDelta>,
    pub(crate) entries_expire: Option<TimeDelta>,
    pub(crate) versions_kept: TimeDelta,
}

/// How probable each family of faults is: for each call, or for each firing of the schedule.
#[derive(Debug, Default)]
pub(crate) struct Chances {
    pub(crate) zoom: f64,
    pub(crate) secret: f64,
    pub(crate) put: f64,
    pub(crate) read: f64,
    pub(crate) slow: f64,
    pub(crate) arrival_between: f64,
    pub(crate) killed: f64,
    pub(crate) short_deadline: f64,
    pub(crate) second_run: f64,
    /// That Lambda repeats a run that failed, a minute later.
    pub(crate) repeated: f64,
    pub(crate) outage: f64,
    pub(crate) long_outage: f64,
    pub(crate) replay: f64,
    pub(crate) dry_run: f64,
    pub(crate) rotation: f64,
    pub(crate) tamper: f64,
}

impl Scenario {
    pub(crate) fn choose(campaign: Campaign, rng: &mut ChaCha8Rng) -> Self {
        let (report, collected) = some_report(rng);
        let pick = |rng: &mut ChaCha8Rng, of: &[i64]| of.choose(rng).copied().unwrap_or_default();
        let late_arrival = TimeDelta::hours(pick(rng, &[0, 1, 6, 12, 48]));
        let begins = some_moment(late_arrival, rng);
        let start_date = rng
            .random_bool(0.5)
            .then(|| begins.date_naive() - TimeDelta::days(rng.random_range(0..3)));
        let collector = Settings {
            report: collected,
            s3_prefix: collected.prefix(),
            state_key: collected.state_key(),
            page_size: pick(rng, &[1, 2, 3, 4, 5, 8]) as u16,
            start_date,
            late_arrival,
            full_sweep: TimeDelta::minutes(pick(rng, &[0, 15, 60, 360])),
            max_records_per_object: pick(rng, &[1, 2, 3, 5, 8, 20, 1000]) as usize,
            daily_request_budget: pick(rng, &[40, 150, 10_000, 10_000]) as u64,
            limits: some_limits(rng),
        };
        let chances = Chances::choose(rng);
        let odd_rows = rng.random_bool(0.2);
        Self {
            begins,
            report,
            collector,
            zoom: zoom(campaign, report, begins, odd_rows, rng),
            schedule: TimeDelta::minutes(pick(rng, &[1, 5, 15, 15])),
            timeout: TimeDelta::seconds(pick(rng, &[20, 60, 300])),
            firings: rng.random_range(18..22),
            rows: pick(rng, &[1, 2, 4, 4, 8, 16]) as u32,
            equal_rows: [0.0, 0.3, 0.7].choose(rng).copied().unwrap_or_default(),
            late_rows: [0.0, 0.1, 0.4].choose(rng).copied().unwrap_or_default(),
            odd_rows,
            chances,
            feed_waits: match campaign {
                Campaign::EagerFeed => Some(TimeDelta::zero()),
                _ => rng.random_bool(0.5).then_some(FEED_WAITS),
            },
            entries_expire: rng
                .random_bool(0.5)
                .then(|| TimeDelta::days(pick(rng, &[1, 7, 30]))),
            versions_kept: VERSIONS_KEPT,
        }
    }
}

/// How many worlds collect sign-ins; the others collect operation logs.
const SIGN_INS: f64 = 0.4;

/// Which report is collected, in Zoom's view and in the function's. It is drawn apart from all else, so that a seed's
/// world is the same but for its rows whatever share each report has.
fn some_report(rng: &ChaCha8Rng) -> (Report, &'static collected::Report) {
    let mut rng = rng.clone();
    rng.set_stream(1);
    if rng.random_bool(SIGN_INS) {
        (Report::Activities, &ACTIVITIES)
    } else {
        (Report::OperationLogs, &OPERATION_LOGS)
    }
}

/// Limits so narrow that they are felt by a day of some dozen rows, or so wide that they are not. Drawn apart, too.
fn some_limits(rng: &ChaCha8Rng) -> Limits {
    let mut rng = rng.clone();
    rng.set_stream(2);
    let mut pick = |of: &[usize]| of.choose(&mut rng).copied().unwrap_or_default();
    Limits {
        days_at_once: pick(&[1, 2, 3, 8]),
        long_day: pick(&[4, 16, 50_000]) as u64,
        object_bytes: pick(&[300, 1_500, 1 << 24]),
        carried_records: pick(&[1, 3, 8, 2_000]),
    }
}

/// When a world begins: at any moment of some days, or a little before days settle, which is when it is decided what was
/// lost.
fn some_moment(late_arrival: TimeDelta, rng: &mut ChaCha8Rng) -> DateTime<Utc> {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    let midnight =
        first.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(rng.random_range(3..500));
    if rng.random_bool(0.5) {
        midnight + late_arrival - TimeDelta::milliseconds(rng.random_range(0..7_200_000))
    } else {
        midnight + TimeDelta::milliseconds(rng.random_range(0..86_400_000))
    }
}

impl Chances {
    fn choose(rng: &mut ChaCha8Rng) -> Self {
        // Half a year of open days takes as long as a dozen other worlds.
        let long_outage = if rng.random_bool(0.02) { 0.1 } else { 0.0 };
        let mut some = |of: &[f64]| {
            if rng.random_bool(0.5) {
                of.choose(rng).copied().unwrap_or_default()
            } else {
                0.0
            }
        };
        Self {
            zoom: some(&[0.01, 0.05, 0.3]),
            secret: some(&[0.1]),
            put: some(&[0.03, 0.1, 0.4]),
            read: some(&[0.01, 0.05]),
            slow: some(&[0.01, 0.1]),
            arrival_between: some(&[0.03, 0.2]),
            killed: some(&[0.2, 0.5]),
            short_deadline: some(&[0.1, 0.5]),
            second_run: some(&[0.1, 0.5]),
            repeated: some(&[1.0]),
            outage: some(&[0.05, 0.2]),
            long_outage,
            replay: some(&[0.1]),
            dry_run: some(&[0.05]),
            rotation: some(&[0.1]),
            tamper: some(&[0.1, 0.3]),
        }
    }
}

fn zoom(
    campaign: Campaign,
    report: Report,
    begins: DateTime<Utc>,
    odd_rows: bool,
    rng: &mut ChaCha8Rng,
) -> zoom_simulator::Settings {
    let retry_after = |rng: &mut ChaCha8Rng| {
        *[
            RetryAfter::Absent,
            RetryAfter::Seconds,
            RetryAfter::HttpDate,
            RetryAfter::Rfc3339,
        ]
        .choose(rng)
        .unwrap_or(&RetryAfter::Absent)
    };
    zoom_simulator::Settings {
        // The other report is refused.
        scopes: vec![report.scope().to_owned()],
        page_token_seconds: [20, 120, 900].choose(rng).copied().unwrap_or(900),
        access_token_seconds: [90, 600, 3600].choose(rng).copied().unwrap_or(3600),
        paging: if rng.random_bool(0.4) {
            Paging::Snapshot
        } else {
            Paging::Live
        },
        order_in_second: match campaign {
            Campaign::ShuffledRows => OrderInSecond::ShuffledPerRequest,
            _ if rng.random_bool(0.3) => OrderInSecond::ShuffledPerSweep,
            _ => OrderInSecond::Stable,
        },
        last_page_token: *[
            LastPageToken::Empty,
            LastPageToken::Null,
            LastPageToken::Absent,
        ]
        .choose(rng)
        .unwrap_or(&LastPageToken::Empty),
        per_second: [5, 6, 10].choose(rng).copied().unwrap_or(10),
        per_day: [200, 30_000, 30_000, 30_000]
            .choose(rng)
            .copied()
            .unwrap_or(30_000),
        daily_retry_after: retry_after(rng),
        per_second_retry_after: retry_after(rng),
        // A record without any documented field is told apart by all of its fields, so another field is another record.
        extra_fields: (!odd_rows && rng.random_bool(0.2)).then(|| ExtraFields {
            since: begins + TimeDelta::hours(rng.random_range(0..12)),
            fields: Map::from_iter([(ADDED_FIELD.to_owned(), "later".into())]),
        }),
        layout: if rng.random_bool(0.1) {
            Layout::Pretty
        } else {
            Layout::Compact
        },
        ..zoom_simulator::Settings::default()
    }
}

const ADDED_FIELD: &str = "x_added";

/// How a record ends that carries the field which Zoom began to add.
pub(crate) const ADDED: &str = r#","x_added":"later"}"#;
