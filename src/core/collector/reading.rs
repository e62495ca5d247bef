//! One reading of one day, page by page: what is new on each, and where it may stop.
//!
//! Rows come newest first, so rows that arrive meanwhile push the others down: a reading sees some rows twice but
//! passes over none that stood there when it began.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::batch::Batch;
use super::failure::DayError;
use super::plan::Depth;
use crate::checkpoint::{CompleteSweep, DayState, PartialSweep, SeenRows, SweepId};
use crate::ledger::{Counts, Ledger};
use crate::record::Record;
use crate::zoom::PageQuery;

/// Zoom's page tokens live 15 minutes; one this old is not worth a request.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(14);

/// After so many rows in a row that were all on earlier pages, the pages count as endless. Rows that arrive during a
/// sweep, or between its two parts, show others again; so many equal ones do not exist.
const ENDLESS_ROWS: usize = 60_000;

/// After so many empty pages in a row that each promise another, too.
const ENDLESS_EMPTY_PAGES: u32 = 20;

/// A head read that added so many rows goes on to the day's end: it remembers each of them, and a sweep need not.
const LONG_HEAD: u64 = 20_000;

/// A record counts as late when a sweep that began this long after its time had not seen it.
const LATE: TimeDelta = TimeDelta::seconds(60);

/// A reading under way.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) day: NaiveDate,
    pub(super) depth: Depth,
    pub(super) started: DateTime<Utc>,
    pub(super) page_size: u16,
    /// The token of the page to read next; none for the first.
    pub(super) token: Option<String>,
    issued: DateTime<Utc>,
    /// When the first page was answered.
    first_page: Option<DateTime<Utc>>,
    /// Every row seen, repeats included.
    seen: Counts,
    /// Whether anything was new.
    found_new: bool,
    /// The complete sweep before this one.
    against: Option<SweepId>,
    /// Rows that this reading added to the batch, while it reads the head.
    accepted: Counts,
    /// Rows that were seen more often over all pages than the log has them, but not within one page.
    excess: Vec<Record>,
    /// The tokens that Zoom gave during this reading.
    tokens: BTreeSet<String>,
    /// How many rows it had seen when its place was last told.
    placed: u64,
    pages: u64,
    rows_without_news: usize,
    empty_pages: u32,
}

/// What one page brought.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct PageNews {
    /// Rows that the log had already, or the batch.
    pub(super) known: u64,
    /// New rows that an earlier sweep should have seen.
    pub(super) late: u64,
    /// Rows whose time is not on the day.
    pub(super) misdated: u64,
    /// The newest time of a new row.
    pub(super) newest: Option<DateTime<Utc>>,
    /// For a head read, whether every row was known before this reading began; an empty page tells nothing.
    pub(super) nothing_new: bool,
}

impl Reading {
    /// The sweep of an earlier run that a reading can go on with, while its token lives.
    pub(super) fn resumes(
        depth: Depth,
        state: &DayState,
        now: DateTime<Utc>,
    ) -> Option<&PartialSweep> {
        let partial = state.partial.as_ref()?;
        // One that began before rows were left unread would reach the day's end and prove nothing about them.
        let proves = state
            .unread_since
            .is_none_or(|since| partial.reads_below(since));
        (depth == Depth::Full && proves && now < partial.issued + TOKEN_LIFETIME).then_some(partial)
    }

    /// A reading of `day`: from where the sweep stopped that it resumes, with the rows that had seen, or else from the first
    /// page.
    pub(super) fn begin(
        day: NaiveDate,
        depth: Depth,
        state: &DayState,
        resumed: Option<(PartialSweep, Counts)>,
        page_size: u16,
        now: DateTime<Utc>,
    ) -> Self {
        let mut reading = Self {
            day,
            depth,
            started: now,
            page_size,
            token: None,
            issued: now,
            first_page: None,
            seen: Counts::default(),
            found_new: false,
            against: state.sweep.map(|sweep| sweep.id),
            accepted: Counts::default(),
            excess: Vec::new(),
            tokens: BTreeSet::new(),
            placed: 0,
            pages: 0,
            rows_without_news: 0,
            empty_pages: 0,
        };
        match resumed {
            Some((partial, seen)) => {
                reading.started = partial.started;
                reading.page_size = partial.page_size;
                reading.tokens.insert(partial.token.clone());
                reading.token = Some(partial.token);
                reading.issued = partial.issued;
                reading.first_page = Some(partial.first_page);
                reading.seen = seen;
                reading.found_new = partial.found_new;
                reading.against = partial.against;
            }
            None if depth == Depth::Full => {
                reading.page_size = sweep_page_size(state, page_size);
            }
            None => {}
        }
        reading
    }

    /// Makes it a sweep, from here on: it reads on to the day's end.
    pub(super) fn read_on(&mut self) {
        self.depth = Depth::Full;
        // What a head read needs to know to stop.
        self.accepted = Counts::default();
    }

    /// Asks for the page that it is at.
    pub(super) fn query(&self) -> PageQuery {
        PageQuery {
            day: self.day,
            page_size: self.page_size,
            token: self.token.clone(),
        }
    }

    /// Begins again at the first page, after Zoom refused the token.
    pub(super) fn restart(&mut self, now: DateTime<Utc>) {
        self.read_on();
        self.started = now;
        self.token = None;
        self.first_page = None;
        self.seen = Counts::default();
        self.excess.clear();
        self.tokens.clear();
        self.placed = 0;
        self.rows_without_news = 0;
        self.empty_pages = 0;
    }

    /// Takes a page's rows: what the log lacks goes into the batch.
    pub(super) fn take_page(
        &mut self,
        rows: Vec<Record>,
        state: &DayState,
        batch: &mut Batch,
    ) -> PageNews {
        let mut news = PageNews::default();
        let ledger = &state.ledger;
        // What this reading has added itself does not end a head read: a page of rows that were pushed down by new ones
        // has nothing new either, and below it there may be rows that nobody has read.
        news.nothing_new = self.depth == Depth::Head && !rows.is_empty() && {
            let on_page: Counts = rows.iter().map(Record::id).collect();
            on_page.iter().all(|(record, count)| {
                count
                    <= batch
                        .copies(record, ledger)
                        .saturating_sub(self.accepted.get(record))
            })
        };
        self.pages += 1;
        self.rows_without_news += rows.len();
        self.empty_pages = if rows.is_empty() {
            self.empty_pages + 1
        } else {
            0
        };

        let mut within_page = Counts::default();
        for row in rows {
            let record = row.id();
            let seen = self.seen.add(record);
            if seen == 1 {
                self.rows_without_news = 0;
            }
            // Equal rows within one answer are believed at once; over several pages only as many as two sweeps proved.
            let believed = within_page
                .add(record)
                .max(seen.min(state.confirmed.get(record)));
            news.misdated +=
                u64::from(row.time().is_some_and(|time| time.date_naive() != self.day));
            let copies = batch.copies(record, ledger);
            if copies < believed {
                if let (Some(time), Some(sweep)) = (row.time(), &state.sweep) {
                    let repeats = state.confirmed.get(record) > 0;
                    news.late += u64::from(!repeats && time + LATE < sweep.started);
                }
                news.newest = news.newest.max(row.time());
                self.add(row, copies, batch);
            } else {
                news.known += 1;
                if copies < seen && self.depth == Depth::Full {
                    self.excess.push(row.detach());
                }
            }
        }
        news
    }

    /// Adds a row, of which the log and the batch have so many copies, to the batch.
    fn add(&mut self, row: Record, copies: u32, batch: &mut Batch) {
        self.found_new = true;
        if self.depth == Depth::Head {
            self.accepted.add(row.id());
        }
        batch.push(row, copies);
        if self.accepted.total() >= LONG_HEAD {
            self.read_on();
        }
    }

    /// Goes on to the page of `token`.
    pub(super) fn advance(&mut self, token: String, now: DateTime<Utc>) -> Result<(), DayError> {
        if !self.tokens.insert(token.clone()) {
            return Err(DayError::RepeatedToken { page: self.pages });
        }
        if self.rows_without_news >= ENDLESS_ROWS || self.empty_pages >= ENDLESS_EMPTY_PAGES {
            return Err(DayError::EndlessPages { page: self.pages });
        }
        self.token = Some(token);
        self.issued = now;
        Ok(())
    }

    /// Whether its place should be told anew: that takes a look at all rows seen, so that it waits until they have become an
    /// eighth more. True once for each time that it is to be done.
    pub(super) fn is_far_from_its_place(&mut self) -> bool {
        let is_far = self.rows() >= self.placed + self.placed / 8;
        if is_far {
            self.placed = self.rows();
        }
        is_far
    }

    /// Where another run can go on. All rows seen must be in the log, and `ledger` must count it. No more than `few` rows
    /// are told without it.
    pub(super) fn to_partial(&self, ledger: &Ledger, few: usize) -> Option<PartialSweep> {
        Some(PartialSweep {
            started: self.started,
            first_page: self.first_page(),
            page_size: self.page_size,
            token: self.token.clone()?,
            issued: self.issued,
            seen: SeenRows::new(&self.seen, ledger, few),
            found_new: self.found_new,
            against: self.against,
        })
    }

    /// What this reading, having reached the day's end with all its rows in the log, proves about equal rows on
    /// different pages. The rows that it proves go into the batch.
    pub(super) fn confirm(&mut self, state: &mut DayState, batch: &mut Batch) {
        // A sweep sees every row at least once: where it saw fewer copies than were proven, the others have vanished.
        let seen = &self.seen;
        state
            .confirmed
            .retain(|record, count| count <= seen.get(record));
        let id = self.id();
        let agrees = self
            .against
            .is_some_and(|against| against.rows == id.rows && against.page_size != id.page_size);
        if !agrees {
            return;
        }
        for (record, count) in self.seen.iter() {
            if count > state.ledger.delivered.get(record) {
                state.confirmed.raise(record, count);
            }
        }
        for row in std::mem::take(&mut self.excess) {
            let record = row.id();
            let copies = batch.copies(record, &state.ledger);
            if copies < state.confirmed.get(record) {
                self.add(row, copies, batch);
            }
        }
    }

    /// How many rows it has seen, those before its token included.
    pub(super) const fn rows(&self) -> u64 {
        self.seen.total()
    }

    /// This reading as the day's last complete sweep.
    pub(super) fn to_complete(&self, state: &DayState) -> CompleteSweep {
        let undecided = self.seen.iter().any(|(record, count)| {
            count
                > state
                    .ledger
                    .delivered
                    .get(record)
                    .max(state.confirmed.get(record))
        });
        CompleteSweep {
            started: self.started,
            first_page: self.first_page(),
            id: self.id(),
            undecided,
        }
    }

    /// When the first page was answered: rows that arrived before it may stand below what was read.
    pub(super) fn first_page(&self) -> DateTime<Utc> {
        self.first_page.unwrap_or(self.started)
    }

    /// Notes that a page was answered at `now`.
    pub(super) fn answered(&mut self, now: DateTime<Utc>) {
        self.first_page.get_or_insert(now);
    }

    /// Whether anything was new.
    pub(super) const fn found_new(&self) -> bool {
        self.found_new
    }

    fn id(&self) -> SweepId {
        SweepId {
            page_size: self.page_size,
            rows: self.seen.digest(),
        }
    }
}

/// A sweep that may confirm another reads by pages of another size.
fn sweep_page_size(state: &DayState, page_size: u16) -> u16 {
    match &state.sweep {
        Some(sweep) if sweep.undecided && sweep.id.page_size == page_size => match page_size {
            1 => 2,
            more => more - 1,
        },
        _ => page_size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordId;
    use crate::report::OPERATION_LOGS;

    fn now() -> DateTime<Utc> {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn row(text: &str) -> Record {
        Record::parse(
            &format!(r#"{{"time":"2026-11-22T09:00:00Z","action":"{text}"}}"#),
            &OPERATION_LOGS,
        )
        .unwrap()
    }

    fn id(text: &str) -> RecordId {
        row(text).id()
    }

    fn rows(texts: &[&str]) -> Vec<Record> {
        texts.iter().map(|text| row(text)).collect()
    }

    fn reading(depth: Depth, state: &DayState) -> Reading {
        Reading::begin(now().date_naive(), depth, state, None, 300, now())
    }

    fn deliver(batch: &mut Batch, state: &mut DayState) {
        state.ledger.add_records(batch.chunk(usize::MAX));
        batch.drop_delivered(&state.ledger);
        assert!(batch.is_empty());
    }

    #[test]
    fn equal_rows_are_believed_within_a_page_but_not_across_pages() {
        let (mut state, mut batch) = (DayState::default(), Batch::default());
        let mut first = reading(Depth::Full, &state);
        first.take_page(rows(&["a", "b", "b"]), &state, &mut batch);
        first.take_page(rows(&["b", "c"]), &state, &mut batch);
        assert_eq!(batch.len(), 4, "a, two b, c");
        deliver(&mut batch, &mut state);
        first.confirm(&mut state, &mut batch);
        let sweep = first.to_complete(&state);
        assert!(sweep.undecided && batch.is_empty());
        state.sweep = Some(sweep);

        let mut second = reading(Depth::Full, &state);
        assert_eq!(second.page_size, 299);
        second.take_page(rows(&["a", "b"]), &state, &mut batch);
        second.take_page(rows(&["b", "b", "c"]), &state, &mut batch);
        assert!(batch.is_empty());
        second.confirm(&mut state, &mut batch);
        assert_eq!(batch.len(), 1, "the third b");
        deliver(&mut batch, &mut state);
        assert!(!second.to_complete(&state).undecided);
        assert!(second.found_new());
    }

    #[test]
    fn sweeps_that_differ_prove_nothing() {
        let (mut state, mut batch) = (DayState::default(), Batch::default());
        let sweep = |state: &mut DayState, batch: &mut Batch, pages: &[&[&str]]| {
            let mut reading = reading(Depth::Full, state);
            for page in pages {
                reading.take_page(rows(page), state, batch);
            }
            if !batch.is_empty() {
                deliver(batch, state);
            }
            reading.confirm(state, batch);
            let complete = reading.to_complete(state);
            state.sweep = Some(complete);
            complete
        };
        sweep(&mut state, &mut batch, &[&["a", "b"], &["b"]]);
        // The row that moved: this sweep sees one b, and a new row.
        let second = sweep(&mut state, &mut batch, &[&["n", "a"], &["b"]]);
        assert!(!second.undecided && batch.is_empty());
        assert_eq!(state.ledger.delivered.get(id("b")), 1);
        // Two sweeps by the same page size may both be wrong in the same way.
        state.sweep = None;
        let third = sweep(&mut state, &mut batch, &[&["n", "a"], &["b"], &["b"]]);
        assert_eq!((third.undecided, third.id.page_size), (true, 300));
        let mut same_size = reading(Depth::Head, &state);
        for page in [&["n", "a"][..], &["b"], &["b"]] {
            same_size.take_page(rows(page), &state, &mut batch);
        }
        same_size.confirm(&mut state, &mut batch);
        assert!(batch.is_empty() && same_size.to_complete(&state).undecided);
    }

    #[test]
    fn proven_copies_that_vanished_before_their_delivery_are_given_up() {
        let (mut state, mut batch) = (DayState::default(), Batch::default());
        state.ledger.add_records(&rows(&["a"]));
        state.confirmed.raise(id("a"), 2);
        assert!(state.lacks_confirmed());
        let mut sweep = reading(Depth::Full, &state);
        sweep.take_page(rows(&["a"]), &state, &mut batch);
        sweep.confirm(&mut state, &mut batch);
        assert!(batch.is_empty() && !state.lacks_confirmed());
    }

    #[test]
    fn a_sweep_is_dated_by_its_beginning() {
        let state = DayState::default();
        let mut sweep = reading(Depth::Full, &state);
        sweep.answered(now() + TimeDelta::seconds(1));
        sweep
            .advance("t".to_owned(), now() + TimeDelta::minutes(5))
            .unwrap();
        sweep.answered(now() + TimeDelta::minutes(5));
        let complete = sweep.to_complete(&state);
        assert_eq!(complete.started, now());
        assert_eq!(complete.first_page, now() + TimeDelta::seconds(1));
    }

    #[test]
    fn a_head_read_ends_at_a_page_known_before_it_began() {
        let (mut state, mut batch) = (DayState::default(), Batch::default());
        state.ledger.add_records(&rows(&["old", "older"]));
        let mut head = reading(Depth::Head, &state);
        assert!(
            !head
                .take_page(rows(&["new", "old"]), &state, &mut batch)
                .nothing_new
        );
        assert!(
            !head.take_page(rows(&[]), &state, &mut batch).nothing_new,
            "an empty page says nothing"
        );
        // Pushed down by rows that arrived meanwhile: known, but only from this very reading.
        assert!(
            !head
                .take_page(rows(&["new"]), &state, &mut batch)
                .nothing_new
        );
        assert!(
            head.take_page(rows(&["old", "older"]), &state, &mut batch)
                .nothing_new
        );
        assert_eq!(batch.len(), 1);
    }

    #[test]
    fn a_sweep_goes_on_while_its_token_lives() {
        let mut state = DayState::default();
        let mut batch = Batch::default();
        let mut cut = reading(Depth::Full, &state);
        cut.answered(now());
        cut.take_page(rows(&["a"]), &state, &mut batch);
        deliver(&mut batch, &mut state);
        let to_partial = |cut: &Reading| cut.to_partial(&state.ledger, 0);
        assert_eq!(to_partial(&cut), None, "the first page has no token");
        cut.advance("t1".to_owned(), now()).unwrap();
        state.partial = to_partial(&cut);

        let later = |minutes| {
            let now = now() + TimeDelta::minutes(minutes);
            let resumed = Reading::resumes(Depth::Full, &state, now);
            let resumed = resumed.map(|partial| {
                let seen = partial.seen.restore(&state.ledger.delivered);
                (partial.clone(), seen.unwrap())
            });
            Reading::begin(cut.day, Depth::Full, &state, resumed, 300, now)
        };
        let resumed = later(13);
        assert_eq!(
            (resumed.token.as_deref(), resumed.started),
            (Some("t1"), now())
        );
        assert_eq!(resumed.seen.total(), 1);
        assert!(resumed.found_new());
        let anew = later(14);
        assert_eq!(
            (anew.token, anew.started),
            (None, now() + TimeDelta::minutes(14))
        );
        let head = Reading::resumes(Depth::Head, &state, now());
        assert_eq!(head, None, "a head is at the top");
    }

    #[test]
    fn a_repeated_token_and_endless_pages_are_errors() {
        let (state, mut batch) = (DayState::default(), Batch::default());
        let mut repeating = reading(Depth::Full, &state);
        repeating.advance("t".to_owned(), now()).unwrap();
        assert_eq!(
            repeating.advance("t".to_owned(), now()),
            Err(DayError::RepeatedToken { page: 0 })
        );

        let same = rows(&["same"; 300]);
        for (page, given_up) in [(Vec::new(), 20), (same, 201)] {
            let mut endless = reading(Depth::Full, &state);
            let mut turned = 0;
            let error = loop {
                endless.take_page(page.clone(), &state, &mut batch);
                turned += 1;
                if let Err(error) = endless.advance(format!("t{turned}"), now()) {
                    break error;
                }
            };
            assert_eq!(error, DayError::EndlessPages { page: given_up });
        }
    }

    #[test]
    fn late_and_misdated_rows_are_counted() {
        let (mut state, mut batch) = (DayState::default(), Batch::default());
        let id = SweepId {
            page_size: 300,
            rows: Counts::default().digest(),
        };
        state.sweep = Some(CompleteSweep {
            started: now(),
            first_page: now(),
            id,
            undecided: false,
        });
        let at = |time: &str| {
            Record::parse(&format!(r#"{{"time":"{time}"}}"#), &OPERATION_LOGS).unwrap()
        };
        let page = vec![
            at("2026-11-23T00:00:01Z"),
            at("2026-11-22T09:59:30Z"),
            at("2026-11-22T09:00:00Z"),
        ];
        let news = reading(Depth::Full, &state).take_page(page, &state, &mut batch);
        assert_eq!((news.late, news.misdated, news.known), (1, 1, 0));
        assert_eq!(news.newest, "2026-11-23T00:00:01Z".parse().ok());
    }

    #[test]
    fn rows_that_are_kept_do_not_keep_their_pages() {
        let (state, mut batch) = (DayState::default(), Batch::default());
        let mut sweep = reading(Depth::Full, &state);
        let bodies = ["new", "new"].map(|row| {
            let body = format!(r#"{{"operation_logs":[{{"action":"{row}"}}]}}"#);
            bytes::Bytes::from(body)
        });
        for body in &bodies {
            let page = crate::zoom::Page::parse(body, &OPERATION_LOGS).unwrap();
            sweep.take_page(page.rows, &state, &mut batch);
        }
        assert_eq!((batch.len(), sweep.excess.len()), (1, 1));
        assert!(bodies.iter().all(bytes::Bytes::is_unique));
    }
}
