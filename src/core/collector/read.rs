//! Reading a day: page after page from Zoom, what is new into the log, and how far that went into the checkpoint.

use std::pin::pin;

use chrono::{Months, NaiveDate};
use futures_util::future::{Either, select};
use tokio::sync::MutexGuard;

use super::Run;
use super::batch::Batch;
use super::deliver::Met;
use super::failure::DayError;
use super::pass::Pass;
use super::plan::Reading;
use crate::calendar::end_of;
use crate::checkpoint::{DayState, PartialSweep};
use crate::clock::Clock;
use crate::delivery_log::LogError;
use crate::ledger::{Counts, Ledger};
use crate::record::Record;
use crate::store::Store;
use crate::zoom::{Page, PageQuery, Zoom, ZoomError};

/// How often a day begins anew within a run because Zoom refused a page token that should have lived.
const RESTARTS: u32 = 2;

/// How a pass ended that met no failure.
enum End {
    /// At the first page with nothing new.
    Head,
    /// At the day's last page.
    Complete,
}

/// A day in hand: what is known of it, the reading of it, and what is on its way to the log.
struct Day<'r> {
    state: DayState,
    pass: Pass,
    batch: Batch,
    /// How often another run's checkpoint had been merged in when `state` was taken out of the checkpoint.
    merges: u64,
    /// Held from when the day proves to be a long one, until it is put back.
    long: Option<MutexGuard<'r, ()>>,
}

/// Counts a reading for as long as it goes on.
struct Share<'a>(&'a std::cell::Cell<usize>);

impl<'a> Share<'a> {
    fn of(readings: &'a std::cell::Cell<usize>) -> Self {
        readings.set(readings.get() + 1);
        Self(readings)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl<Z: Zoom, S: Store, C: Clock> Run<'_, Z, S, C> {
    /// Reads a day as far as `reading` says, and once more if equal rows on different pages need a second sweep to
    /// be believed.
    ///
    /// `known` is what is known of its log beyond what the checkpoint carries.
    pub(super) async fn read_day(
        &self,
        day: NaiveDate,
        reading: Reading,
        known: Ledger,
    ) -> Result<(), DayError> {
        let _share = Share::of(&self.readings);
        let undecided = self.read_once(day, reading, known).await?;
        if let Some(ledger) = undecided {
            // At once, while nothing arrives in between; if it does all the same, the next due sweep tries again.
            self.read_once(day, Reading::Sweep, ledger).await?;
        }
        Ok(())
    }

    /// One pass over a day, see [`read_day`](Self::read_day). What is known after it, if it is complete but undecided.
    async fn read_once(
        &self,
        date: NaiveDate,
        reading: Reading,
        known: Ledger,
    ) -> Result<Option<Ledger>, DayError> {
        let mut day = self.take_up(date, reading, known).await?;
        let written = self.summary.borrow().written_on(date);

        let mut result = self.turn_pages(&mut day).await;
        if let Err(
            DayError::Zoom(_) | DayError::RepeatedToken { .. } | DayError::EndlessPages { .. },
        ) = result
        {
            if !matches!(result, Err(DayError::Zoom(_))) {
                day.state.broken = Some(self.clock.now());
            }
            // What was read before Zoom failed is delivered all the same, and the next run goes on behind it.
            match self.deliver(date, &mut day.state, &mut day.batch).await {
                Ok(_) => self.keep_place(&mut day, &result),
                Err(error) => {
                    // What Zoom said holds for the other days all the same.
                    if let Err(DayError::Zoom(said)) = &result {
                        self.heed(date, said).await;
                    }
                    result = Err(error.into());
                }
            }
        }
        let outcome = match result {
            Ok(End::Head) => Ok(false),
            Ok(End::Complete) => self.complete(&mut day).await.map_err(DayError::from),
            Err(error) => {
                if day.pass.found_new() {
                    day.state.mark_unread(day.pass.first_page());
                }
                if matches!(error, DayError::Log(_)) {
                    // It may have counted an entry of another run before it failed.
                    day.state.mark_unread(self.clock.now());
                }
                Err(error)
            }
        };
        if matches!(outcome, Err(DayError::Zoom(ZoomError::BeyondHistory))) && self.is_old(date) {
            return self.close_refused_day(date, day).await.map(|()| None);
        }
        let ledger = self.put_back(date, day).await;
        if outcome.is_ok() && self.summary.borrow().written_on(date) > written {
            self.commit().await?;
        }
        outcome.map(|undecided| undecided.then_some(ledger))
    }

    /// Takes a day out of the checkpoint, and goes on with the sweep of an earlier run if `reading` can.
    async fn take_up(
        &self,
        date: NaiveDate,
        reading: Reading,
        known: Ledger,
    ) -> Result<Day<'_>, DayError> {
        let (mut state, merges) = {
            let remembered = self.remembered.lock().await;
            (remembered.checkpoint().day(date), remembered.merges())
        };
        state.ledger = state.ledger.merge(known);
        let mut long = None;
        let resumed = match Pass::resumes(reading, &state, self.clock.now()).cloned() {
            Some(partial) => {
                let rows = partial.seen.rows.max(state.ledger.records);
                self.wait_if_long(rows, &mut long).await;
                let seen = self.know_again(date, &partial, &mut state.ledger).await?;
                seen.map(|seen| (partial, seen))
            }
            None => None,
        };
        let (page_size, now) = (self.settings.page_size, self.clock.now());
        let pass = Pass::begin(date, reading, &state, resumed, page_size, now);
        Ok(Day {
            state,
            pass,
            batch: Batch::default(),
            merges,
            long,
        })
    }

    /// Of a day of so many rows, waits until no other long day is in hand, if it is one. Whoever waits has nothing but the
    /// day's newest records in memory, or what a day that was not long yet has.
    async fn wait_if_long<'r>(&'r self, rows: u64, long: &mut Option<MutexGuard<'r, ()>>) {
        if long.is_none() && rows > self.settings.limits.long_day {
            *long = Some(self.long_day.lock().await);
        }
    }

    /// The rows that a sweep had seen when it was cut short. None when they cannot be told any more.
    async fn know_again(
        &self,
        date: NaiveDate,
        partial: &PartialSweep,
        ledger: &mut Ledger,
    ) -> Result<Option<Counts>, LogError> {
        let entries = partial.seen.entries();
        let log = self.log.count(date, 0..entries).await?;
        let seen = partial.seen.restore(&log);
        if seen.is_none() {
            tracing::warn!(day = %date, "the log is not what it was when the sweep was cut short; beginning again at the first page");
        }
        if !ledger.is_whole() {
            // What it has seen may be older than what the checkpoint carries.
            let (mut delivered, rest) = if entries <= ledger.next_seq {
                (log, entries..ledger.next_seq)
            } else {
                (Counts::default(), 0..ledger.next_seq)
            };
            delivered.add_all(&self.log.count(date, rest).await?);
            ledger.complete(delivered);
        }
        Ok(seen)
    }

    async fn turn_pages<'r>(&'r self, day: &mut Day<'r>) -> Result<End, DayError> {
        let date = day.pass.day;
        let mut restarts = 0;
        let mut page = self.page(day.pass.query()).await;
        loop {
            let Page { rows, next } = match page {
                Err(ZoomError::PageTokenExpired)
                    if day.pass.token.is_some() && restarts < RESTARTS =>
                {
                    tracing::info!(day = %date, "the page token expired; beginning again at the first page");
                    restarts += 1;
                    day.pass.restart(self.clock.now());
                    page = self.page(day.pass.query()).await;
                    continue;
                }
                page => page?,
            };
            day.pass.answered(self.clock.now());
            self.look_up(&rows, day).await?;
            let nothing_new = self.take(day, rows);
            // A day of one page has been swept with its head.
            if nothing_new && next.is_some() {
                match self.deliver(date, &mut day.state, &mut day.batch).await? {
                    Met::Nothing => return Ok(End::Head),
                    Met::ForeignEntry => day.pass.read_on(),
                }
            }
            let Some(token) = next else {
                self.deliver(date, &mut day.state, &mut day.batch).await?;
                return Ok(End::Complete);
            };
            day.pass.advance(token, self.clock.now())?;
            self.wait_if_long(day.pass.rows(), &mut day.long).await;
            page = if self.is_full(day) {
                self.deliver_meanwhile(day).await?
            } else {
                self.page(day.pass.query()).await
            };
        }
    }

    /// Asks for a page. What Zoom says of more than this day holds for the others at once: they may be about to ask.
    async fn page(&self, query: PageQuery) -> Result<Page, ZoomError> {
        let page = self.zoom.page(&query, &self.meter).await;
        page.inspect_err(|error| {
            if error.is_pause() || error.stops_run() {
                self.meter.close(error);
            }
        })
    }

    /// Makes sure that the ledger knows how often the log has each of the rows.
    async fn look_up<'r>(&'r self, rows: &[Record], day: &mut Day<'r>) -> Result<(), LogError> {
        let knows = |row: &Record| day.state.ledger.knows(row.id().second());
        if !rows.iter().all(knows) {
            let ledger = &mut day.state.ledger;
            self.wait_if_long(ledger.records, &mut day.long).await;
            ledger.complete(self.log.count(day.pass.day, 0..ledger.next_seq).await?);
        }
        Ok(())
    }

    /// Counts a page's rows. True if it is the head that is read, and none of them is new.
    fn take(&self, day: &mut Day<'_>, rows: Vec<Record>) -> bool {
        let taken = day.pass.take(rows, &day.state, &mut day.batch);
        let date = day.pass.day;
        if taken.misdated > 0 {
            tracing::warn!(day = %date, rows = taken.misdated, "rows whose time is not on the day asked; tomorrow is asked for too from now on");
        }
        let mut summary = self.summary.borrow_mut();
        summary.late += taken.late;
        summary.misdated += taken.misdated;
        // A row from the future must not make the newest record look fresh for ever.
        let newest = taken.newest.filter(|&time| time <= self.clock.now());
        summary.newest_record = summary.newest_record.max(newest);
        let day = summary.day(date);
        day.pages += 1;
        day.already_delivered += taken.known;
        taken.nothing_new
    }

    /// Whether what is on its way fills the day's share of an object.
    fn is_full(&self, day: &Day<'_>) -> bool {
        let readings = self.readings.get().max(1);
        day.batch.is_full(
            day.pass.page_size,
            self.settings.max_records_per_object / readings,
            self.settings.limits.object_bytes / readings,
        )
    }

    /// Delivers a full object while the next page is on its way. An error is the delivery's; the page's is a part of the
    /// answer, because what was read before it goes its way all the same.
    async fn deliver_meanwhile(
        &self,
        day: &mut Day<'_>,
    ) -> Result<Result<Page, ZoomError>, DayError> {
        let date = day.pass.day;
        // The request first: compressing keeps the thread.
        let page = pin!(self.page(day.pass.query()));
        let delivery = pin!(self.deliver_so_far(day));
        match select(page, delivery).await {
            // A put under way is awaited: without its answer the log would have to say whether it was written.
            Either::Left((page, delivery)) => {
                let delivered = delivery.await;
                if let (Err(_), Err(said)) = (&delivered, &page) {
                    // What Zoom said holds for the other days all the same.
                    self.heed(date, said).await;
                }
                delivered.map(|()| page)
            }
            Either::Right((delivered, page)) => {
                delivered?;
                Ok(page.await)
            }
        }
    }

    /// Delivers what was read so far and remembers the place, which is the page asked for next.
    async fn deliver_so_far(&self, day: &mut Day<'_>) -> Result<(), DayError> {
        let date = day.pass.day;
        let carried = self.carried_records();
        let Day { state, pass, .. } = day;
        if self.deliver(date, state, &mut day.batch).await? == Met::ForeignEntry {
            pass.read_on();
        }
        state.mark_unread(pass.first_page());
        if pass.is_far_from_its_place()
            && let Some(place) = pass.to_partial(&state.ledger, carried)
        {
            state.partial = Some(place);
        } else if let Some(place) = &mut state.partial {
            // Whoever goes on from there meets what was new since then as known.
            place.found_new |= pass.found_new();
        }

        let mut remembered = self.remembered.lock().await;
        remembered.put(date, state.newest(carried), day.merges);
        remembered.commit(self.meter.usage().by_day).await?;
        if remembered.merges() != day.merges {
            day.merges = remembered.merges();
            let ledger = std::mem::take(&mut state.ledger);
            *state = remembered.checkpoint().day(date);
            state.ledger = ledger;
            // Another run may have written entries of its own, or left rows unread: of two marks only the later is kept,
            // and this pass would take it for its own.
            state.mark_unread(self.clock.now());
            pass.read_on();
        }
        Ok(())
    }

    /// After a pass that Zoom cut short, with all its rows in the log.
    fn keep_place(&self, day: &mut Day<'_>, result: &Result<End, DayError>) {
        let Day { state, pass, .. } = day;
        match result {
            Err(DayError::Zoom(error)) if *error != ZoomError::PageTokenExpired => {
                let carried = self.carried_records();
                if let Some(place) = pass.to_partial(&state.ledger, carried) {
                    state.mark_unread(place.first_page);
                    state.partial = Some(place);
                }
            }
            _ => {
                state.mark_unread(pass.first_page());
                state.partial = None;
            }
        }
    }

    /// A pass that reached the day's end with all its rows in the log. True if equal rows need another sweep.
    async fn complete(&self, day: &mut Day<'_>) -> Result<bool, LogError> {
        let Day {
            state, pass, batch, ..
        } = day;
        pass.confirm(state, batch);
        self.deliver(pass.day, state, batch).await?;
        let sweep = pass.to_complete(state);
        state.sweep = Some(sweep);
        state.tidy();
        let mut summary = self.summary.borrow_mut();
        let day = summary.day(pass.day);
        day.swept = true;
        day.in_zoom = Some(pass.rows());
        Ok(sweep.undecided)
    }

    /// Puts a day's state back, or settles the day: when a complete sweep that began late enough after its end found
    /// nothing new and nothing about it is undecided. Returns its ledger.
    async fn put_back(&self, date: NaiveDate, day: Day<'_>) -> Ledger {
        let Day {
            mut state,
            pass,
            merges,
            ..
        } = day;
        let settles_from = end_of(date) + self.settings.late_arrival;
        let proof = state
            .sweep
            .filter(|sweep| sweep.started == pass.started && sweep.started >= settles_from);
        let mut remembered = self.remembered.lock().await;
        // Where another run's checkpoint came in between, it may know of what this pass does not.
        let alone = remembered.merges() == merges;
        let settles = alone
            && proof.is_some_and(|sweep| !sweep.undecided)
            && !pass.found_new()
            && !state.has_unread()
            && !state.lacks_confirmed();
        if settles {
            let entries = state.ledger.next_seq;
            tracing::info!(day = %date, entries, "settled");
            remembered.checkpoint_mut().settle(date, entries);
            self.summary.borrow_mut().day(date).settled = true;
        } else {
            if !alone {
                state.mark_unread(self.clock.now());
            }
            remembered.put(date, state.newest(self.carried_records()), merges);
        }
        state.ledger
    }

    async fn commit(&self) -> Result<(), DayError> {
        let mut remembered = self.remembered.lock().await;
        remembered.commit(self.meter.usage().by_day).await?;
        Ok(())
    }

    /// Whether it can be true that Zoom does not keep the day any more. Its limit is six months; one answer of that kind
    /// about a recent day must not close it.
    fn is_old(&self, day: NaiveDate) -> bool {
        let months = Months::new(5);
        let recent = self.started.date_naive().checked_sub_months(months);
        recent.is_some_and(|recent| day < recent)
    }

    /// Zoom says that it does not keep the day any more.
    async fn close_refused_day(&self, date: NaiveDate, day: Day<'_>) -> Result<(), DayError> {
        let mut remembered = self.remembered.lock().await;
        let was_settled = date <= remembered.checkpoint().settled_through;
        let state = day.state.newest(self.carried_records());
        remembered.put(date, state, day.merges);
        self.close_as_lost(&mut remembered, date);
        // Who asked for it by a replay is told; in an ordinary run the alarm on lost days tells.
        if was_settled {
            Err(ZoomError::BeyondHistory.into())
        } else {
            Ok(())
        }
    }
}
