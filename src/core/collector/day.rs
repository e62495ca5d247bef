//! A day in hand: page after page from Zoom, what is new into the log, and how far that went into the checkpoint.

use std::pin::pin;

use chrono::{DateTime, Months, NaiveDate, Utc};
use futures_util::future::{Either, select};
use tokio::sync::MutexGuard;

use super::batch::Batch;
use super::delivery::{self, Met};
use super::failure::DayError;
use super::plan::Depth;
use super::reading::Reading;
use super::shared::Shared;
use super::unread::{Unread, leave_unread};
use crate::calendar::end_of;
use crate::checkpoint::{DayState, PartialSweep};
use crate::clock::Clock;
use crate::delivery_log::{DeliveryLog, LogError};
use crate::ledger::{Counts, Ledger};
use crate::record::Record;
use crate::store::Store;
use crate::zoom::{Page, Zoom, ZoomError};

/// How often a reading begins again at the first page within a run because Zoom refused a token that should have lived.
const RESTARTS: u32 = 2;

/// Where a reading ended that met no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// At the first page with nothing new.
    KnownRows,
    /// At the day's last page.
    LastPage,
}

/// Zoom's answer to the request for a page.
type PageAnswer = Result<Page, ZoomError>;

/// Reads a day to `depth`, and once more if equal rows on different pages need a second sweep to be believed.
///
/// `known` is what is known of its log beyond what the checkpoint carries.
///
/// # Errors
/// Why the day was not read as far as it should have been. What was read is in the log, as far as the log allows it.
pub(super) async fn read_day<Z: Zoom, S: Store, C: Clock>(
    shared: &Shared<'_, Z, S, C>,
    date: NaiveDate,
    depth: Depth,
    known: Ledger,
) -> Result<(), DayError> {
    let _under_way = shared.begin_reading();
    let day = Day::open(shared, date, depth, known).await?;
    if let Some(ledger) = day.read().await? {
        // At once, while nothing arrives in between; if it does all the same, the next due sweep tries again.
        let day = Day::open(shared, date, Depth::Full, ledger).await?;
        day.read().await?;
    }
    Ok(())
}

/// A day in hand: what is known of it, the reading of it, and what is on its way to the log.
struct Day<'r, 'a, Z, S, C> {
    shared: &'r Shared<'a, Z, S, C>,
    date: NaiveDate,
    state: DayState,
    reading: Reading,
    batch: Batch,
    /// How often another run's checkpoint had been merged in when `state` was taken out of the checkpoint.
    merges: u64,
    /// The mark that was there before this reading, as long as this reading has marked the day as a precaution only.
    mark_before: Option<Option<DateTime<Utc>>>,
    /// Held from when the day proves to be a long one until it is stored.
    long: Option<MutexGuard<'r, ()>>,
}

impl<'r, 'a, Z: Zoom, S: Store, C: Clock> Day<'r, 'a, Z, S, C> {
    /// Takes a day out of the checkpoint, and goes on with the sweep of an earlier run if a reading to this depth can.
    async fn open(
        shared: &'r Shared<'a, Z, S, C>,
        date: NaiveDate,
        depth: Depth,
        known: Ledger,
    ) -> Result<Self, DayError> {
        let (mut state, merges) = {
            let checkpoint = shared.checkpoint.lock().await;
            (checkpoint.checkpoint().day(date), checkpoint.merges())
        };
        state.ledger = state.ledger.merge(known);
        let mut long = None;
        let resumed = match Reading::resumes(depth, &state, shared.clock.now()).cloned() {
            Some(partial) => {
                let rows = partial.seen.rows.max(state.ledger.records);
                wait_if_long(shared, rows, &mut long).await;
                let seen = restore_seen(&shared.log, date, &partial, &mut state.ledger).await?;
                seen.map(|seen| (partial, seen))
            }
            None => None,
        };
        let (page_size, now) = (shared.settings.page_size, shared.clock.now());
        let reading = Reading::begin(date, depth, &state, resumed, page_size, now);
        Ok(Self {
            shared,
            date,
            mark_before: Some(state.unread_since),
            state,
            reading,
            batch: Batch::default(),
            merges,
            long,
        })
    }

    /// Reads the day as far as its reading goes, and stores it. Returns its ledger if the sweep is complete but left equal
    /// rows undecided.
    async fn read(mut self) -> Result<Option<Ledger>, DayError> {
        let written = self.written();
        let undecided = match self.read_to_end().await {
            Ok(undecided) => Ok(undecided),
            Err(error) => {
                if self.reading.found_new() {
                    self.leave_unread(Unread::CutShort);
                }
                if matches!(error, DayError::Log(_)) {
                    self.leave_unread(Unread::LogFailed);
                }
                Err(error)
            }
        };
        if matches!(undecided, Err(DayError::Zoom(ZoomError::BeyondHistory))) && self.is_old() {
            return self.close_refused().await.map(|()| None);
        }
        let (shared, wrote) = (self.shared, self.written() > written);
        let ledger = self.store().await;
        if undecided.is_ok() && wrote {
            shared.commit().await?;
        }
        undecided.map(|undecided| undecided.then_some(ledger))
    }

    /// Reads the pages and delivers what they brought. True if the sweep left equal rows undecided.
    async fn read_to_end(&mut self) -> Result<bool, DayError> {
        match self.read_pages().await {
            Ok(End::KnownRows) => {
                if let Some(before) = self.mark_before {
                    self.state.unread_since = before;
                }
                Ok(false)
            }
            Ok(End::LastPage) => self.complete_sweep().await,
            Err(
                failure @ (DayError::Zoom(_)
                | DayError::RepeatedToken { .. }
                | DayError::EndlessPages { .. }),
            ) => Err(self.deliver_what_was_read(failure).await),
            Err(failure) => Err(failure),
        }
    }

    async fn read_pages(&mut self) -> Result<End, DayError> {
        let mut restarts = 0;
        let mut answer = self.ask().await;
        loop {
            let Page { rows, next } = match answer {
                Err(ZoomError::PageTokenExpired)
                    if self.reading.token.is_some() && restarts < RESTARTS =>
                {
                    tracing::info!(day = %self.date, "the page token expired; beginning again at the first page");
                    restarts += 1;
                    self.reading.restart(self.shared.clock.now());
                    answer = self.ask().await;
                    continue;
                }
                answer => answer?,
            };
            self.reading.answered(self.shared.clock.now());
            self.ensure_counts_known(&rows).await?;
            let nothing_new = self.take_page(rows);
            let Some(token) = next else {
                // A day of one page has been swept with its head.
                self.deliver().await?;
                return Ok(End::LastPage);
            };
            if nothing_new {
                self.deliver().await?;
                return Ok(End::KnownRows);
            }
            self.reading.advance(token, self.shared.clock.now())?;
            wait_if_long(self.shared, self.reading.rows(), &mut self.long).await;
            answer = if self.is_full() {
                self.ask_while_delivering().await?
            } else {
                self.ask().await
            };
        }
    }

    async fn ask(&self) -> PageAnswer {
        self.shared.page(self.reading.query()).await
    }

    /// Makes sure that the ledger knows how often the log has each of the rows.
    async fn ensure_counts_known(&mut self, rows: &[Record]) -> Result<(), LogError> {
        let ledger = &mut self.state.ledger;
        if !rows.iter().all(|row| ledger.knows(row.id().second())) {
            wait_if_long(self.shared, ledger.records, &mut self.long).await;
            let entries = 0..ledger.next_seq;
            ledger.fill(self.shared.log.read_counts(self.date, entries).await?);
        }
        Ok(())
    }

    /// Counts a page's rows. True if it is the head that is read, and none of them is new.
    fn take_page(&mut self, rows: Vec<Record>) -> bool {
        let news = self.reading.take_page(rows, &self.state, &mut self.batch);
        if news.misdated > 0 {
            tracing::warn!(day = %self.date, rows = news.misdated, "rows whose time is not on the day asked; tomorrow is asked for too from now on");
        }
        let mut summary = self.shared.summary.borrow_mut();
        summary.late += news.late;
        summary.misdated += news.misdated;
        // A row from the future must not make the newest record look fresh for ever.
        let newest = news.newest.filter(|&time| time <= self.shared.clock.now());
        summary.newest_record = summary.newest_record.max(newest);
        let counts = summary.day(self.date);
        counts.pages += 1;
        counts.already_delivered += news.known;
        news.nothing_new
    }

    /// Delivers the whole batch.
    async fn deliver(&mut self) -> Result<(), LogError> {
        let ledger = &mut self.state.ledger;
        match delivery::deliver(self.shared, self.date, ledger, &mut self.batch).await? {
            Met::OwnEntries => {}
            Met::ForeignEntries => self.leave_unread(Unread::ForeignEntry),
        }
        Ok(())
    }

    /// Whether what is on its way fills the day's share of an object.
    fn is_full(&self) -> bool {
        let readings = self.shared.readings.get().max(1);
        let settings = self.shared.settings;
        self.batch.is_full(
            self.reading.page_size,
            settings.max_records_per_object / readings,
            settings.limits.object_bytes / readings,
        )
    }

    /// Delivers a full object while the next page is on its way. The error is the delivery's.
    async fn ask_while_delivering(&mut self) -> Result<PageAnswer, DayError> {
        let (shared, date) = (self.shared, self.date);
        // The request first: compressing keeps the thread.
        let asked = pin!(shared.page(self.reading.query()));
        let delivery = pin!(self.deliver_so_far());
        match select(asked, delivery).await {
            // A put under way is awaited: without its answer the log would have to say whether it was written.
            Either::Left((answer, delivery)) => {
                let delivered = delivery.await;
                if let (Err(_), Err(said)) = (&delivered, &answer) {
                    shared.apply_to_all_days(date, said).await;
                }
                delivered.map(|()| answer)
            }
            Either::Right((delivered, asked)) => {
                delivered?;
                Ok(asked.await)
            }
        }
    }

    /// Delivers what was read so far and commits the place, which is the page asked for next.
    async fn deliver_so_far(&mut self) -> Result<(), DayError> {
        self.deliver().await?;
        self.leave_unread(Unread::HalfWay);
        let carried = self.shared.carried_records();
        if self.reading.is_far_from_its_place()
            && let Some(place) = self.reading.to_partial(&self.state.ledger, carried)
        {
            self.state.partial = Some(place);
        } else if let Some(place) = &mut self.state.partial {
            // A run that goes on from there meets what was new since then as known.
            place.found_new |= self.reading.found_new();
        }

        let shared = self.shared;
        let mut checkpoint = shared.checkpoint.lock().await;
        checkpoint.put(self.date, self.state.newest(carried), self.merges);
        checkpoint.commit(shared.meter.usage().by_day).await?;
        if checkpoint.merges() != self.merges {
            self.merges = checkpoint.merges();
            let ledger = std::mem::take(&mut self.state.ledger);
            self.state = checkpoint.checkpoint().day(self.date);
            self.state.ledger = ledger;
            self.leave_unread(Unread::MergedCheckpoint);
        }
        Ok(())
    }

    /// After Zoom failed: what was read before goes into the log all the same, and the next run goes on behind it. Returns
    /// the failure that counts.
    async fn deliver_what_was_read(&mut self, failure: DayError) -> DayError {
        if !matches!(failure, DayError::Zoom(_)) {
            self.state.broken = Some(self.shared.clock.now());
        }
        match self.deliver().await {
            Ok(()) => {
                self.save_place(&failure);
                failure
            }
            Err(error) => {
                if let DayError::Zoom(said) = &failure {
                    self.shared.apply_to_all_days(self.date, said).await;
                }
                error.into()
            }
        }
    }

    /// Keeps the place at which Zoom cut the reading short, if a later run can go on there.
    fn save_place(&mut self, failure: &DayError) {
        let can_go_on =
            matches!(failure, DayError::Zoom(error) if *error != ZoomError::PageTokenExpired);
        if can_go_on {
            let carried = self.shared.carried_records();
            if let Some(place) = self.reading.to_partial(&self.state.ledger, carried) {
                self.leave_unread(Unread::CutShort);
                self.state.partial = Some(place);
            }
        } else {
            self.leave_unread(Unread::CutShort);
            self.state.partial = None;
        }
    }

    /// After the day's last page: delivers the equal rows that this sweep proves. True if others need another sweep.
    async fn complete_sweep(&mut self) -> Result<bool, DayError> {
        self.reading.confirm(&mut self.state, &mut self.batch);
        self.deliver().await?;
        let sweep = self.reading.to_complete(&self.state);
        self.state.sweep = Some(sweep);
        self.state.tidy();
        let mut summary = self.shared.summary.borrow_mut();
        let counts = summary.day(self.date);
        counts.swept = true;
        counts.in_zoom = Some(self.reading.rows());
        Ok(sweep.undecided)
    }

    /// Stores the day in the checkpoint, or settles it: when a complete sweep that began late enough after the day's end
    /// found nothing new and left nothing undecided. Returns its ledger.
    async fn store(mut self) -> Ledger {
        let shared = self.shared;
        let settles_from = end_of(self.date) + shared.settings.late_arrival;
        let proof = self
            .state
            .sweep
            .filter(|sweep| sweep.started == self.reading.started && sweep.started >= settles_from);
        let mut checkpoint = shared.checkpoint.lock().await;
        // Where another run's checkpoint was merged meanwhile, it may know of what this reading does not.
        let alone = checkpoint.merges() == self.merges;
        let settles = alone
            && proof.is_some_and(|sweep| !sweep.undecided)
            && !self.reading.found_new()
            && !self.state.is_behind();
        if settles {
            let entries = self.state.ledger.next_seq;
            tracing::info!(day = %self.date, entries, "settled");
            checkpoint.checkpoint_mut().settle(self.date, entries);
            shared.summary.borrow_mut().day(self.date).settled = true;
        } else {
            if !alone {
                self.leave_unread(Unread::MergedCheckpoint);
            }
            let state = self.state.newest(shared.carried_records());
            checkpoint.put(self.date, state, self.merges);
        }
        self.state.ledger
    }

    /// Zoom says that it does not keep the day any more.
    async fn close_refused(self) -> Result<(), DayError> {
        let shared = self.shared;
        let mut checkpoint = shared.checkpoint.lock().await;
        let was_settled = self.date <= checkpoint.checkpoint().settled_through;
        let state = self.state.newest(shared.carried_records());
        checkpoint.put(self.date, state, self.merges);
        shared.close_as_lost(&mut checkpoint, self.date);
        // A replay answers the caller who asked for it; in an ordinary run the alarm on lost days tells.
        if was_settled {
            Err(ZoomError::BeyondHistory.into())
        } else {
            Ok(())
        }
    }

    /// Marks the day as one with unread rows.
    fn leave_unread(&mut self, reason: Unread) {
        if !reason.is_precaution() {
            self.mark_before = None;
        }
        let first_page = self.reading.first_page();
        leave_unread(&mut self.state, reason, first_page, self.shared.clock.now());
    }

    /// Records of the day that this run has delivered.
    fn written(&self) -> u64 {
        self.shared.summary.borrow().written_on(self.date)
    }

    /// Whether it can be true that Zoom does not keep the day any more. Its limit is six months; one answer of that kind
    /// about a recent day must not close it.
    fn is_old(&self) -> bool {
        let today = self.shared.started.date_naive();
        let recent = today.checked_sub_months(Months::new(5));
        recent.is_some_and(|recent| self.date < recent)
    }
}

/// If a day of so many rows is a long one, waits for the lock that long days share. A waiting day holds at most what a short
/// day holds.
async fn wait_if_long<'r, Z, S, C>(
    shared: &'r Shared<'_, Z, S, C>,
    rows: u64,
    long: &mut Option<MutexGuard<'r, ()>>,
) {
    if long.is_none() && rows > shared.settings.limits.long_day {
        *long = Some(shared.long_day.lock().await);
    }
}

/// The rows that a sweep had seen when it was cut short. None when the log does not tell them any more.
async fn restore_seen<S: Store>(
    log: &DeliveryLog<'_, S>,
    date: NaiveDate,
    partial: &PartialSweep,
    ledger: &mut Ledger,
) -> Result<Option<Counts>, LogError> {
    let entries = partial.seen.entries();
    let counted = log.read_counts(date, 0..entries).await?;
    let seen = partial.seen.restore(&counted);
    if seen.is_none() {
        tracing::warn!(day = %date, "the log is not what it was when the sweep was cut short; beginning again at the first page");
    }
    if !ledger.is_whole() {
        // What the sweep has seen may be older than what the checkpoint carries.
        let (mut delivered, rest) = if entries <= ledger.next_seq {
            (counted, entries..ledger.next_seq)
        } else {
            (Counts::default(), 0..ledger.next_seq)
        };
        delivered.add_all(&log.read_counts(date, rest).await?);
        ledger.fill(delivered);
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::time::Duration;

    use chrono::TimeDelta;
    use tokio::sync::Mutex;

    use super::*;
    use crate::checkpoint::CheckpointFile;
    use crate::collector::settings::{Limits, Settings};
    use crate::collector::shared_checkpoint::SharedCheckpoint;
    use crate::collector::summary::RunSummary;
    use crate::event::Event;
    use crate::memory_store::MemoryStore;
    use crate::report::OPERATION_LOGS;
    use crate::zoom::{Meter, PageQuery};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    /// A world of one day: each answer of Zoom's takes a second, and nothing else takes time.
    struct World {
        answers: RefCell<VecDeque<PageAnswer>>,
        asked: RefCell<Vec<Option<String>>>,
        now: Cell<DateTime<Utc>>,
        store: MemoryStore,
        settings: Settings,
    }

    impl Zoom for World {
        async fn page(&self, query: &PageQuery, _: &Meter) -> PageAnswer {
            self.now.set(self.now.get() + TimeDelta::seconds(1));
            self.asked.borrow_mut().push(query.token.clone());
            self.answers.borrow_mut().pop_front().expect("an answer")
        }
    }

    impl Clock for World {
        fn now(&self) -> DateTime<Utc> {
            self.now.get()
        }

        async fn sleep(&self, duration: Duration) {
            self.now.set(self.now.get() + duration);
        }

        fn seed(&self) -> u64 {
            7
        }
    }

    /// A row that happened so many minutes after ten.
    fn row(minute: u32) -> Record {
        let text = format!(r#"{{"time":"2026-11-22T10:{minute:02}:00Z","action":"a"}}"#);
        Record::parse(&text, &OPERATION_LOGS).unwrap()
    }

    /// A page with the rows of these minutes, and whether there is another.
    fn page(minutes: &[u32], next: Option<&str>) -> PageAnswer {
        Ok(Page {
            rows: minutes.iter().map(|&minute| row(minute)).collect(),
            next: next.map(str::to_owned),
        })
    }

    impl World {
        fn new(answers: impl IntoIterator<Item = PageAnswer>) -> Self {
            Self {
                answers: RefCell::new(answers.into_iter().collect()),
                asked: RefCell::default(),
                now: Cell::new(at("2026-11-22T12:00:00Z")),
                store: MemoryStore::new(),
                settings: Settings {
                    report: &OPERATION_LOGS,
                    s3_prefix: "p/".to_owned(),
                    state_key: "state".to_owned(),
                    page_size: 2,
                    start_date: Some(date()),
                    late_arrival: TimeDelta::hours(48),
                    full_sweep: TimeDelta::hours(6),
                    max_records_per_object: 100,
                    daily_request_budget: 100,
                    limits: Limits::default(),
                },
            }
        }

        /// Reads the day once, as a run of its own, with further answers. What came of it, and the day as it is stored.
        async fn read(
            &self,
            depth: Depth,
            answers: impl IntoIterator<Item = PageAnswer>,
        ) -> (Result<(), DayError>, DayState) {
            self.answers.borrow_mut().extend(answers);
            let started = self.now.get();
            let deadline = started + TimeDelta::minutes(5);
            let file = CheckpointFile::new(&self.store, self, &OPERATION_LOGS, "state", "p/");
            let loaded = file.load(self.settings.start_date).await.unwrap();
            let shared = Shared {
                zoom: self,
                clock: self,
                settings: &self.settings,
                log: DeliveryLog::new(&self.store, &OPERATION_LOGS, "p/"),
                meter: Meter::new(deadline, 100, started.date_naive(), 0),
                checkpoint: Mutex::new(SharedCheckpoint::new(file, loaded, true)),
                started,
                deadline,
                dry_run: false,
                summary: RefCell::new(RunSummary::new(started, &Event::RUN)),
                halted: RefCell::default(),
                readings: Cell::new(0),
                long_day: Mutex::new(()),
            };
            let read = read_day(&shared, date(), depth, Ledger::default()).await;
            let mut checkpoint = shared.checkpoint.into_inner();
            checkpoint.write(shared.meter.usage().by_day).await.unwrap();
            (read, checkpoint.checkpoint().day(date()))
        }

        fn entries(&self) -> usize {
            self.store.all_versions("p/").len()
        }
    }

    #[tokio::test]
    async fn a_head_read_ends_at_the_first_page_with_nothing_new() {
        let world = World::new([page(&[2, 1], None)]);
        let (read, state) = world.read(Depth::Full, []).await;
        assert_eq!((read, state.ledger.records), (Ok(()), 2));
        assert!(state.sweep.is_some() && !state.is_behind());
        let answers = [page(&[4, 3], Some("b")), page(&[2, 1], Some("c"))];
        let (read, state) = world.read(Depth::Head, answers).await;
        assert_eq!((read, state.ledger.records), (Ok(()), 4));
        assert_eq!(world.asked.take().last().unwrap().as_deref(), Some("b"));
        assert!(!state.is_behind());
    }

    #[tokio::test]
    async fn cut_short_it_delivers_what_it_read_and_keeps_its_place() {
        let world = World::new([page(&[4, 3], Some("b")), Err(ZoomError::OutOfTime)]);
        let (read, state) = world.read(Depth::Full, []).await;
        assert_eq!(read, Err(DayError::Zoom(ZoomError::OutOfTime)));
        assert_eq!(world.entries(), 1);
        let place = state.partial.unwrap();
        assert_eq!(place.token, "b");
        assert_eq!(state.unread_since, Some(place.first_page));
        // The next reading goes on there, and voids the mark at the day's end.
        let (read, state) = world.read(Depth::Full, [page(&[2, 1], None)]).await;
        assert_eq!((read, state.ledger.records), (Ok(()), 4));
        assert!(!state.is_behind() && state.partial.is_none());
    }

    #[tokio::test]
    async fn cut_short_at_its_first_page_it_leaves_nothing_unread() {
        let world = World::new([Err(ZoomError::OutOfTime)]);
        let (_, state) = world.read(Depth::Full, []).await;
        assert_eq!((state.unread_since, state.partial), (None, None));
    }

    #[tokio::test]
    async fn pages_that_make_no_sense_are_noted_and_not_gone_on_with() {
        let world = World::new([page(&[4, 3], Some("b")), page(&[2, 1], Some("b"))]);
        let (read, state) = world.read(Depth::Full, []).await;
        assert!(matches!(read, Err(DayError::RepeatedToken { .. })));
        assert_eq!((world.entries(), state.partial), (1, None));
        assert!(state.broken.is_some() && state.unread_since.is_some());
    }

    #[tokio::test]
    async fn a_token_that_is_refused_begins_the_day_again_twice_at_most() {
        let refused = || Err(ZoomError::PageTokenExpired);
        let first = || page(&[4, 3], Some("b"));
        let answers = [first(), refused(), first(), refused(), first(), refused()];
        let world = World::new(answers);
        let (read, state) = world.read(Depth::Full, []).await;
        assert_eq!(read, Err(DayError::Zoom(ZoomError::PageTokenExpired)));
        let asked: Vec<_> = world.asked.take().iter().map(Option::is_some).collect();
        assert_eq!(asked, [false, true, false, true, false, true]);
        assert!(state.is_behind() && state.partial.is_none());
        assert_eq!(state.ledger.records, 2);
    }

    #[tokio::test]
    async fn a_foreign_entry_leaves_the_day_unread_until_a_later_sweep() {
        let world = World::new([page(&[2, 1], None)]);
        world.read(Depth::Full, []).await.0.unwrap();
        // Another run writes the newest row and dies.
        let log = DeliveryLog::new(&world.store, &OPERATION_LOGS, "p/");
        let mut theirs = Ledger::default();
        log.fold(date(), &mut theirs).await.unwrap();
        log.append(date(), &mut theirs, &[&row(9)], world.now())
            .await
            .unwrap();
        let answers = [page(&[9, 8], Some("b")), page(&[2, 1], Some("c"))];
        let (read, state) = world.read(Depth::Head, answers).await;
        assert_eq!((read, state.ledger.records), (Ok(()), 4));
        assert_eq!(state.unread_since, Some(world.now()));
        let answers = [page(&[9, 8], Some("b")), page(&[2, 1], None)];
        let (_, state) = world.read(Depth::Full, answers).await;
        assert!(!state.is_behind());
    }

    #[tokio::test]
    async fn a_mark_made_half_way_is_lifted_at_rows_that_were_known_before() {
        let mut world = World::new([page(&[2, 1], None)]);
        world.settings.max_records_per_object = 2;
        world.read(Depth::Full, []).await.0.unwrap();
        let half_way = page(&[6, 5], Some("b"));
        let answers = [half_way, Err(ZoomError::OutOfTime)];
        let (_, state) = world.read(Depth::Head, answers).await;
        assert!(state.is_behind(), "rows 3 and 4 are unread");
        // The sweep goes on at the place that the head read kept.
        let answers = [page(&[4, 3], Some("c")), page(&[2, 1], None)];
        let (_, state) = world.read(Depth::Full, answers).await;
        assert!(!state.is_behind());
        let answers = [page(&[8, 7], Some("b")), page(&[6, 5], Some("c"))];
        let (read, state) = world.read(Depth::Head, answers).await;
        assert_eq!((read, state.ledger.records), (Ok(()), 8));
        assert_eq!(state.unread_since, None);
    }

    #[tokio::test]
    async fn equal_rows_on_different_pages_are_delivered_once_two_sweeps_agree() {
        let first = [page(&[2, 1], Some("b")), page(&[1], None)];
        // By another size of pages.
        let second = [
            page(&[2], Some("c")),
            page(&[1], Some("d")),
            page(&[1], None),
        ];
        let world = World::new(first.into_iter().chain(second));
        let (read, state) = world.read(Depth::Full, []).await;
        assert_eq!((read, state.ledger.records), (Ok(()), 3));
    }

    #[tokio::test]
    async fn a_day_that_zoom_does_not_keep_is_closed_only_if_it_can_be_true() {
        let world = World::new([Err(ZoomError::BeyondHistory)]);
        let (read, _) = world.read(Depth::Full, []).await;
        assert_eq!(read, Err(DayError::Zoom(ZoomError::BeyondHistory)));
        world.now.set(at("2027-05-01T12:00:00Z"));
        let (read, _) = world
            .read(Depth::Full, [Err(ZoomError::BeyondHistory)])
            .await;
        assert_eq!(read, Ok(()));
    }
}
