//! What went wrong, by kind, and how often.

use std::cell::Cell;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)+) => {
        /// A kind of fault that a world can meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// All kinds, in the order in which they are reported.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The kind's name in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// A row that is listed while a run is between two pages.
    ArrivalBetweenPages = "zoom: rows arrive between two pages",
    /// A row that is listed below others that were there before.
    LateRow = "zoom: a late row, below others",
    /// A row that equals another.
    EqualRow = "zoom: a row that equals another",
    /// An answer 5xx.
    ServerError = "zoom: 5xx",
    /// An error page in HTML.
    HtmlPage = "zoom: an error page in HTML",
    /// 429 of the second.
    PerSecondLimit = "zoom: 429, per second",
    /// 429 of the day.
    DailyLimit = "zoom: 429, daily",
    /// The access token is refused, or was revoked.
    AccessTokenRefused = "zoom: the access token is refused",
    /// The page token is refused, or all were forgotten.
    PageTokenRefused = "zoom: the page token is refused",
    /// 4700 or 4711.
    MissingScope = "zoom: a scope is missing",
    /// 200 as an error code.
    NoPermission = "zoom: no permission",
    /// The client's credentials are refused.
    BadCredentials = "zoom: the app's credentials are refused",
    /// The app's credentials become others, and the secret follows later.
    Rotated = "zoom: the app's credentials are rotated",
    /// An answer that nobody foresaw.
    OddRefusal = "zoom: a refusal of no known kind",
    /// JSON that ends early, or is none.
    Unparsable = "zoom: an answer that is not JSON",
    /// JSON that is no report.
    NotAReport = "zoom: JSON that is no report",
    /// A body beyond what is read.
    TooLarge = "zoom: a body over 64 MB",
    /// A token that was there before.
    RepeatedPageToken = "zoom: a page token that repeats",
    /// An empty page that is not the last.
    EmptyPage = "zoom: an empty page in between",
    /// The connection is cut.
    Cut = "zoom: the connection is cut",
    /// No answer at all.
    Hang = "zoom: no answer at all",
    /// An answer that takes seconds.
    SlowZoom = "zoom: slow",
    /// The secret cannot be read.
    SecretUnavailable = "secret: cannot be read",
    /// A put refused with 5xx.
    PutUnavailable = "s3: a put is refused, 5xx",
    /// A put refused with 409.
    PutConflict = "s3: a put is refused, 409",
    /// A put refused with 403.
    PutDenied = "s3: a put is refused, 403",
    /// A call answered NoSuchBucket.
    NoBucket = "s3: the bucket is gone, 404",
    /// A put whose condition did not hold.
    PreconditionFailed = "s3: a put's condition does not hold, 412",
    /// A put of what must exist, which does not.
    MatchOfNothing = "s3: If-Match on an absent object, 404",
    /// A put that took effect and was not answered.
    AnswerLost = "s3: a put takes effect, its answer is lost",
    /// A put that takes effect after the caller gave up.
    LandsLate = "s3: a put lands after its caller gave up",
    /// A put that takes effect after the caller died.
    LandsAfterDeath = "s3: a put lands after its caller died",
    /// A get that failed.
    GetUnavailable = "s3: a get fails, 5xx",
    /// A get that was refused.
    GetDenied = "s3: a get is refused, 403",
    /// A listing that failed.
    ListUnavailable = "s3: a listing fails, 5xx",
    /// A listing that was refused.
    ListDenied = "s3: a listing is refused, 403",
    /// A version that is listed but cannot be got.
    VersionGone = "s3: a listed version is gone, 404",
    /// A call that takes seconds.
    SlowS3 = "s3: slow",
    /// A run ends at one of its awaits.
    Killed = "run: killed at an await",
    /// A run meets the end of its invocation.
    TimedOut = "run: killed at its deadline",
    /// A run is given a few seconds.
    ShortDeadline = "run: a short deadline",
    /// Two runs at once.
    TwiceAtOnce = "run: another begins meanwhile",
    /// A run that failed is repeated.
    Repeated = "run: repeated after it failed",
    /// Somebody replays days.
    Replay = "run: a replay",
    /// Somebody tries what a run would do.
    DryRun = "run: a dry run",
    /// No run for hours or days.
    Outage = "schedule: an outage of hours or days",
    /// No run for months.
    LongOutage = "schedule: an outage of months",
    /// The checkpoint is deleted.
    StateDeleted = "checkpoint: deleted",
    /// The checkpoint is deleted with all its versions.
    StatePurged = "checkpoint: deleted with all its versions",
    /// The checkpoint is cut short.
    StateTruncated = "checkpoint: truncated",
    /// The checkpoint is replaced by something else.
    StateGarbage = "checkpoint: overwritten with something else",
    /// The checkpoint is replaced by an older version of itself.
    StateRolledBack = "checkpoint: rolled back",
    /// The feed deletes an entry.
    FeedDeleted = "feed: deletes an entry",
    /// A lifecycle rule expires an entry.
    LifecycleExpired = "lifecycle: an entry expires",
    /// A lifecycle rule removes a version for good.
    LifecyclePurged = "lifecycle: a version is removed for good",
}

/// How often each kind of fault happened.
#[derive(Debug, Clone)]
pub struct Tally([Cell<u64>; Kind::ALL.len()]);

impl Tally {
    /// Counts one more.
    pub fn add(&self, kind: Kind) {
        let count = &self.0[kind as usize];
        count.set(count.get() + 1);
    }

    /// How often `kind` happened.
    #[must_use]
    pub fn get(&self, kind: Kind) -> u64 {
        self.0[kind as usize].get()
    }

    /// Adds the counts of another world.
    pub fn merge(&self, other: &Self) {
        for (count, more) in self.0.iter().zip(&other.0) {
            count.set(count.get() + more.get());
        }
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self([const { Cell::new(0) }; Kind::ALL.len()])
    }
}
