//! Reading a day: page after page from Zoom, what is new into the log, and how far that went into the checkpoint.

use chrono::{Months, NaiveDate};

use super::Run;
use super::batch::Batch;
use super::deliver::Met;
use super::failure::DayError;
use super::pass::Pass;
use super::plan::{Reading, end_of};
use crate::checkpoint::{Committed, DayState};
use crate::clock::Clock;
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

impl<Z: Zoom, S: Store, C: Clock> Run<'_, Z, S, C> {
    /// Reads a day as far as `reading` says, and once more if equal rows on different pages need a second sweep to
    /// be believed.
    pub(super) async fn read_day(
        &mut self,
        day: NaiveDate,
        reading: Reading,
    ) -> Result<(), DayError> {
        let again = self.read_once(day, reading).await?;
        if again {
            // At once, while nothing arrives in between; if it does all the same, the next due sweep tries again.
            self.read_once(day, Reading::Sweep).await?;
        }
        Ok(())
    }

    /// One pass over a day. True if it is complete but undecided.
    async fn read_once(&mut self, day: NaiveDate, reading: Reading) -> Result<bool, DayError> {
        let mut state = self.loaded.checkpoint.take_day(day);
        let mut pass = Pass::begin(
            day,
            reading,
            &state,
            self.settings.page_size,
            self.clock.now(),
        );
        let mut batch = Batch::default();
        let objects = self.report.objects.len();

        let mut result = self.turn_pages(&mut pass, &mut state, &mut batch).await;
        if let Err(
            DayError::Zoom(_) | DayError::RepeatedToken { .. } | DayError::EndlessPages { .. },
        ) = result
        {
            if !matches!(result, Err(DayError::Zoom(_))) {
                state.broken = Some(self.clock.now());
            }
            // What was read before Zoom failed is delivered all the same, and the next run goes on behind it.
            match self.deliver(day, &mut state, &mut batch).await {
                Ok(_) => self.keep_place(&pass, &mut state, &result),
                Err(error) => {
                    // What Zoom said holds for the other days all the same.
                    if let Err(DayError::Zoom(said)) = &result {
                        self.heed(day, said);
                    }
                    result = Err(error.into());
                }
            }
        }
        let outcome = match result {
            Ok(End::Head) => Ok(false),
            Ok(End::Complete) => self
                .complete(&mut pass, &mut state, &mut batch)
                .await
                .map_err(DayError::from),
            Err(error) => {
                if pass.found_new() {
                    state.mark_unread(pass.first_page());
                }
                Err(error)
            }
        };
        if matches!(outcome, Err(DayError::Zoom(ZoomError::BeyondHistory))) && self.is_old(day) {
            return self.close_refused_day(day, state);
        }
        self.put_back(day, state, &pass);
        if self.report.objects.len() > objects && outcome.is_ok() {
            self.commit().await?;
        }
        outcome
    }

    async fn turn_pages(
        &mut self,
        pass: &mut Pass,
        state: &mut DayState,
        batch: &mut Batch,
    ) -> Result<End, DayError> {
        let mut restarts = 0;
        loop {
            let query = PageQuery {
                day: pass.day,
                page_size: pass.page_size,
                token: pass.token.clone(),
            };
            let page = match self.zoom.page(&query, &self.meter).await {
                Err(ZoomError::PageTokenExpired) if pass.token.is_some() && restarts < RESTARTS => {
                    tracing::info!(day = %pass.day, "the page token expired; beginning again at the first page");
                    restarts += 1;
                    pass.restart(self.clock.now());
                    continue;
                }
                page => page?,
            };
            pass.answered(self.clock.now());
            if !batch.is_empty()
                && batch.len() + page.rows.len() > self.settings.max_records_per_object
            {
                self.deliver_so_far(pass, state, batch).await?;
            }
            let Page { rows, next } = page;
            let nothing_new = self.take(pass, rows, state, batch);
            // A day of one page has been swept with its head.
            if nothing_new && pass.reading == Reading::Head && next.is_some() {
                match self.deliver(pass.day, state, batch).await? {
                    Met::Nothing => return Ok(End::Head),
                    Met::ForeignEntry => pass.reading = Reading::Sweep,
                }
            }
            match next {
                Some(token) => pass.advance(token, self.clock.now())?,
                None => {
                    self.deliver(pass.day, state, batch).await?;
                    return Ok(End::Complete);
                }
            }
        }
    }

    /// Counts a page's rows. True if none of them is new.
    fn take(
        &mut self,
        pass: &mut Pass,
        rows: Vec<crate::record::Record>,
        state: &DayState,
        batch: &mut Batch,
    ) -> bool {
        let taken = pass.take(rows, state, batch);
        if taken.misdated > 0 {
            tracing::warn!(day = %pass.day, rows = taken.misdated, "rows whose time is not on the day asked; tomorrow is asked for too from now on");
        }
        self.report.late += taken.late;
        self.report.misdated += taken.misdated;
        // A row from the future must not make the newest record look fresh for ever.
        let newest = taken.newest.filter(|&time| time <= self.clock.now());
        self.report.newest_record = self.report.newest_record.max(newest);
        let day = self.report.day(pass.day);
        day.pages += 1;
        day.already_delivered += taken.known;
        taken.nothing_new
    }

    /// Delivers a full object in the middle of a pass and remembers the place, which is the page at hand: its rows
    /// are not counted yet.
    async fn deliver_so_far(
        &mut self,
        pass: &mut Pass,
        state: &mut DayState,
        batch: &mut Batch,
    ) -> Result<(), DayError> {
        if self.deliver(pass.day, state, batch).await? == Met::ForeignEntry {
            pass.reading = Reading::Sweep;
        }
        state.mark_unread(pass.first_page());
        state.partial = pass.to_partial().or(state.partial.take());
        self.loaded
            .checkpoint
            .put_day(pass.day, std::mem::take(state));
        let committed = self.commit().await;
        *state = self.loaded.checkpoint.take_day(pass.day);
        if committed? == Committed::Merged {
            // Another run may have written entries of its own, or left rows unread: of two marks only the later is kept,
            // and this pass would take it for its own.
            state.mark_unread(self.clock.now());
            pass.reading = Reading::Sweep;
        }
        Ok(())
    }

    /// After a pass that Zoom cut short, with all its rows in the log.
    fn keep_place(&self, pass: &Pass, state: &mut DayState, result: &Result<End, DayError>) {
        match result {
            Err(DayError::Zoom(error)) if *error != ZoomError::PageTokenExpired => {
                if let Some(place) = pass.to_partial() {
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
    async fn complete(
        &mut self,
        pass: &mut Pass,
        state: &mut DayState,
        batch: &mut Batch,
    ) -> Result<bool, crate::delivery_log::LogError> {
        pass.confirm(state, batch);
        self.deliver(pass.day, state, batch).await?;
        let sweep = pass.to_complete(state);
        state.sweep = Some(sweep);
        state.tidy();
        let day = self.report.day(pass.day);
        day.swept = true;
        day.in_zoom = Some(pass.rows());
        Ok(sweep.undecided)
    }

    /// Puts a day's state back, or settles the day: when a complete sweep that began late enough after its end found
    /// nothing new and nothing about it is undecided.
    fn put_back(&mut self, day: NaiveDate, state: DayState, pass: &Pass) {
        let settles_from = end_of(day) + self.settings.late_arrival;
        let proof = state
            .sweep
            .filter(|sweep| sweep.started == pass.started && sweep.started >= settles_from);
        let settles = proof.is_some_and(|sweep| !sweep.undecided)
            && !pass.found_new()
            && !state.lacks_confirmed();
        if settles {
            tracing::info!(%day, entries = state.ledger.next_seq, "settled");
            self.loaded.checkpoint.settle(day, state.ledger.next_seq);
            self.report.day(day).settled = true;
        } else {
            self.loaded.checkpoint.put_day(day, state);
        }
    }

    /// Whether it can be true that Zoom does not keep the day any more. Its limit is six months; one answer of that kind
    /// about a recent day must not close it.
    fn is_old(&self, day: NaiveDate) -> bool {
        let months = Months::new(5);
        let recent = self.started.date_naive().checked_sub_months(months);
        recent.is_some_and(|recent| day < recent)
    }

    /// Zoom says that it does not keep the day any more.
    fn close_refused_day(&mut self, day: NaiveDate, state: DayState) -> Result<bool, DayError> {
        let was_settled = day <= self.loaded.checkpoint.settled_through;
        self.loaded.checkpoint.put_day(day, state);
        self.close_as_lost(day);
        // Who asked for it by a replay is told; in an ordinary run the alarm on lost days tells.
        if was_settled {
            Err(ZoomError::BeyondHistory.into())
        } else {
            Ok(false)
        }
    }
}
