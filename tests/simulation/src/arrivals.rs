//! What happens in the account: rows that Zoom lists, in time or late, above the others or anywhere among them.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::RngExt;
use zoom_simulator::Place;

use crate::rows::{ODD_SHAPES, odd_row, row};
use crate::tally::Kind;
use crate::world::{World, note};

/// A world has no more rows than this. Small pages make long days of few rows, and without an end rows would arrive as
/// fast as they are read.
const MOST_ROWS: u32 = 120;

impl World {
    /// Zoom lists some rows that it did not list before, of today or of a day that may still get some. Returns the day.
    pub(crate) fn arrive(&self) -> Option<NaiveDate> {
        let late = self.rng.borrow_mut().random_bool(self.scenario.late_rows);
        let back = if late { self.between(0, 3) } else { 0 };
        self.arrive_on(self.now().date_naive() - Days::new(back as u64), late)
    }

    /// Zoom lists rows of a day that may settle in a moment, if there is one.
    pub(crate) fn arrive_at_last(&self) {
        if let Some(day) = self.settles_soon().filter(|_| !self.is_punctual()) {
            self.arrive_on(day, true);
        }
    }

    fn arrive_on(&self, day: NaiveDate, late: bool) -> Option<NaiveDate> {
        if self.rows.get() >= MOST_ROWS {
            return None;
        }
        let today = self.now().date_naive();
        let begin = day.and_time(NaiveTime::MIN).and_utc();
        let end = begin + TimeDelta::days(1);
        if day < today && self.now() >= end + self.scenario.collector.late_arrival {
            return None;
        }
        let last = self.now().min(end - TimeDelta::seconds(1));
        let since = (last - begin).num_seconds();
        let count = self.between(1, i64::from(self.scenario.rows));
        // Many of one second, or one each.
        let bulk = self.between(0, 1) == 0;
        let mut time = last - TimeDelta::seconds(if late { self.between(0, since) } else { 0 });
        for _ in 0..count {
            if !bulk && time > begin + TimeDelta::minutes(1) {
                time -= TimeDelta::seconds(self.between(0, 5));
            }
            let place = if self.is_punctual() {
                Place::Head
            } else {
                self.place(day)
            };
            self.list(day, time, place);
        }
        Some(day)
    }

    /// A day that may settle within the hour.
    fn settles_soon(&self) -> Option<NaiveDate> {
        let in_an_hour = self.now() + TimeDelta::hours(1) - self.scenario.collector.late_arrival;
        let end = in_an_hour.date_naive().and_time(NaiveTime::MIN).and_utc();
        (in_an_hour - end <= TimeDelta::hours(1)).then(|| in_an_hour.date_naive() - Days::new(1))
    }

    /// When the next day may settle.
    pub(crate) fn next_settling(&self) -> DateTime<Utc> {
        let late = self.scenario.collector.late_arrival;
        let midnight = (self.now() - late).date_naive() + Days::new(1);
        midnight.and_time(NaiveTime::MIN).and_utc() + late
    }

    /// Whether every row is listed above those that were there before.
    pub(crate) fn is_punctual(&self) -> bool {
        self.scenario.late_rows == 0.0
    }

    fn place(&self, day: NaiveDate) -> Place {
        let rows = self.zoom.borrow().truth_of(self.scenario.report).count(day) as i64;
        match self.between(0, 3) {
            0 => Place::Head,
            1 => Place::At(self.between(0, rows) as usize),
            _ => Place::ByTime,
        }
    }

    fn list(&self, day: NaiveDate, time: DateTime<Utc>, place: Place) {
        let equal = self.rng.borrow_mut().random_bool(self.scenario.equal_rows);
        self.rows.set(self.rows.get() + 1);
        let detail = if equal {
            self.pick(&["a", "b", "c"], "a").to_owned()
        } else {
            format!("row {}", self.rows.get())
        };
        let odd = self.scenario.odd_rows && self.between(0, 4) == 0;
        let report = self.scenario.report;
        let record = if odd {
            odd_row(report, time, &detail, self.between(0, ODD_SHAPES - 1))
        } else {
            row(report, time, &detail)
        };
        if self
            .oracle
            .borrow_mut()
            .listed(day, record.json(), self.now())
        {
            self.tally.add(Kind::EqualRow);
        }
        note!(self, "zoom lists {} on {day}, {place:?}", record.json());
        let mut zoom = self.zoom.borrow_mut();
        let truth = zoom.truth_of_mut(report);
        let head = truth.day(day).next().cloned();
        truth.insert(day, place, record);
        if head.is_some() && truth.day(day).next() == head.as_ref() {
            self.tally.add(Kind::LateRow);
        }
    }
}
