//! Which days a run reads, in which order, and how far.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::settings::Settings;
use crate::calendar::end_of;
use crate::checkpoint::{Checkpoint, DayState};

/// How long after its end a day's head is still read at every run: rows that Zoom shows some minutes late would
/// otherwise wait for the next sweep.
const HEAD_AFTER_END: TimeDelta = TimeDelta::hours(6);

/// How long a day is not swept after its pages made no sense: an endless one costs hundreds of requests each time.
const BROKEN_PAUSE: TimeDelta = TimeDelta::hours(1);

/// How far a day is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// From the newest row to the first page with nothing new.
    Head,
    /// From the newest row to the oldest: a sweep.
    Full,
}

/// One reading of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) day: NaiveDate,
    pub(super) depth: Depth,
}

/// What a run reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// What is due of each day. The days are read side by side, and the earlier ones are served first. Today's head is the
    /// first, because an alert cannot wait for a backlog; then the other days, oldest first, because Zoom forgets those
    /// first. The readings of one day come one after the other.
    pub(super) days: Vec<Vec<Task>>,
    /// When all of that is done: today's sweep.
    pub(super) last: Vec<Task>,
}

/// What is due at `now`.
pub(super) fn plan(checkpoint: &Checkpoint, settings: &Settings, now: DateTime<Utc>) -> Plan {
    let today = now.date_naive();
    let unknown = DayState::default();
    let (mut first, mut then, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for day in checkpoint.open_days(last_day(checkpoint, now)) {
        let state = checkpoint.days.get(&day).unwrap_or(&unknown);
        let sweep_is_due = needs_sweep(state, day, settings, now) && !waits(state, settings, now);
        let sweep = Task {
            day,
            depth: Depth::Full,
        };
        let head = Task {
            day,
            depth: Depth::Head,
        };
        if day < today {
            let head_is_due = now < end_of(day) + HEAD_AFTER_END;
            // A sweep that goes on halfway down does not see the head.
            let head_is_due = head_is_due && (!sweep_is_due || state.partial.is_some());
            let due = [(head_is_due, head), (sweep_is_due, sweep)];
            let due: Vec<_> = due
                .into_iter()
                .filter_map(|(is_due, task)| is_due.then_some(task))
                .collect();
            then.extend((!due.is_empty()).then_some(due));
        } else if sweep_is_due
            && (is_unread(state) || (settings.full_sweep.is_zero() && state.partial.is_none()))
        {
            // Its head would be all of it.
            first.push(vec![sweep]);
        } else {
            first.push(vec![head]);
            last.extend(sweep_is_due.then_some(sweep));
        }
    }
    Plan {
        days: first.into_iter().chain(then).collect(),
        last,
    }
}

/// Whether a day that should be swept at `now` is passed over, because its pages made no sense a short while ago.
pub(super) fn passes_over(
    checkpoint: &Checkpoint,
    settings: &Settings,
    now: DateTime<Utc>,
) -> bool {
    let open = checkpoint.open_days(last_day(checkpoint, now));
    open.into_iter().any(|day| {
        checkpoint.days.get(&day).is_some_and(|state| {
            needs_sweep(state, day, settings, now) && waits(state, settings, now)
        })
    })
}

fn last_day(checkpoint: &Checkpoint, now: DateTime<Utc>) -> NaiveDate {
    let today = now.date_naive();
    match today.succ_opt() {
        Some(tomorrow) if checkpoint.ask_tomorrow => tomorrow,
        _ => today,
    }
}

/// Whether nothing of the day has been read.
fn is_unread(state: &DayState) -> bool {
    state.sweep.is_none() && state.partial.is_none() && state.unread_since.is_none()
}

fn waits(state: &DayState, settings: &Settings, now: DateTime<Utc>) -> bool {
    let pause = BROKEN_PAUSE.min(settings.full_sweep);
    state.broken.is_some_and(|at| now < at + pause)
}

fn needs_sweep(state: &DayState, day: NaiveDate, settings: &Settings, now: DateTime<Utc>) -> bool {
    let Some(sweep) = &state.sweep else {
        return true;
    };
    let settles_from = end_of(day) + settings.late_arrival;
    state.partial.is_some()
        || state.is_behind()
        || now >= sweep.started + settings.full_sweep
        || (now >= settles_from && sweep.started < settles_from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{CompleteSweep, PartialSweep, SeenRows, SweepId};
    use crate::collector::settings::Limits;
    use crate::ledger::{Counts, Ledger};
    use crate::report::OPERATION_LOGS;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn settings() -> Settings {
        Settings {
            report: &OPERATION_LOGS,
            s3_prefix: "p/".to_owned(),
            state_key: "s".to_owned(),
            page_size: 300,
            start_date: None,
            late_arrival: TimeDelta::hours(48),
            full_sweep: TimeDelta::minutes(360),
            max_records_per_object: 50_000,
            daily_request_budget: 10_000,
            limits: Limits::default(),
        }
    }

    fn swept(started: &str) -> DayState {
        let id = SweepId {
            page_size: 300,
            rows: Counts::default().digest(),
        };
        let sweep = CompleteSweep {
            started: at(started),
            first_page: at(started),
            id,
            undecided: false,
        };
        DayState {
            sweep: Some(sweep),
            ..DayState::default()
        }
    }

    fn planned(checkpoint: &Checkpoint, now: &str) -> Vec<String> {
        let Plan { days, last } = plan(checkpoint, &settings(), at(now));
        days.iter()
            .flatten()
            .chain(&last)
            .map(|task| format!("{:?} {}", task.depth, task.day.format("%d")))
            .collect()
    }

    #[test]
    fn a_catch_up_reads_today_first_and_then_the_oldest_day() {
        let checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-20"));
        assert_eq!(
            planned(&checkpoint, "2026-11-23T10:00:00Z"),
            ["Full 23", "Full 20", "Full 21", "Full 22"]
        );
    }

    #[test]
    fn a_quiet_run_reads_only_todays_head() {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-21"));
        for n in ["2026-11-21", "2026-11-22", "2026-11-23"] {
            checkpoint.put_day(day(n), swept("2026-11-23T08:00:00Z"));
        }
        assert_eq!(planned(&checkpoint, "2026-11-23T10:00:00Z"), ["Head 23"]);
        let due = planned(&checkpoint, "2026-11-23T14:00:00Z");
        assert_eq!(due, ["Head 23", "Full 21", "Full 22", "Full 23"]);
    }

    #[test]
    fn yesterdays_head_is_read_in_the_first_hours() {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-22"));
        checkpoint.put_day(day("2026-11-22"), swept("2026-11-23T00:10:00Z"));
        checkpoint.put_day(day("2026-11-23"), swept("2026-11-23T00:10:00Z"));
        assert_eq!(
            planned(&checkpoint, "2026-11-23T05:59:00Z"),
            ["Head 23", "Head 22"]
        );
        assert_eq!(planned(&checkpoint, "2026-11-23T06:09:00Z"), ["Head 23"]);
    }

    #[test]
    fn yesterdays_head_is_read_beside_a_sweep_that_goes_on_halfway_down() {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-22"));
        checkpoint.put_day(day("2026-11-23"), swept("2026-11-23T00:10:00Z"));
        let mut state = swept("2026-11-22T18:00:00Z");
        state.partial = Some(PartialSweep {
            started: at("2026-11-22T23:58:00Z"),
            first_page: at("2026-11-22T23:58:00Z"),
            page_size: 300,
            token: "t".to_owned(),
            issued: at("2026-11-22T23:59:00Z"),
            seen: SeenRows::new(&Counts::default(), &Ledger::default(), 0),
            found_new: false,
            against: None,
        });
        checkpoint.put_day(day("2026-11-22"), state);
        assert_eq!(
            planned(&checkpoint, "2026-11-23T00:10:00Z"),
            ["Head 23", "Head 22", "Full 22"]
        );
        assert_eq!(
            planned(&checkpoint, "2026-11-23T06:09:00Z"),
            ["Head 23", "Full 22"]
        );
        let Plan { days, .. } = plan(&checkpoint, &settings(), at("2026-11-23T00:10:00Z"));
        assert_eq!(days.len(), 2, "{days:?}");
    }

    #[test]
    fn a_day_is_swept_once_more_when_it_may_settle() {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-20"));
        checkpoint.put_day(day("2026-11-20"), swept("2026-11-22T23:59:59Z"));
        assert_eq!(
            planned(&checkpoint, "2026-11-22T23:59:59Z")[1..],
            ["Full 21"]
        );
        assert_eq!(
            planned(&checkpoint, "2026-11-23T00:00:00Z")[1..],
            ["Full 20", "Full 21", "Full 22"]
        );
    }

    #[test]
    fn what_is_left_unread_makes_a_sweep_due() {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-23"));
        let mut state = swept("2026-11-23T08:00:00Z");
        state.unread_since = Some(at("2026-11-23T08:00:01Z"));
        checkpoint.put_day(day("2026-11-23"), state.clone());
        assert_eq!(
            planned(&checkpoint, "2026-11-23T09:00:00Z"),
            ["Head 23", "Full 23"]
        );
        state.unread_since = Some(at("2026-11-23T08:00:00Z"));
        checkpoint.put_day(day("2026-11-23"), state);
        assert_eq!(planned(&checkpoint, "2026-11-23T09:00:00Z"), ["Head 23"]);
    }

    #[test]
    fn a_day_whose_pages_made_no_sense_is_not_swept_for_an_hour() {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-22"));
        let state = DayState {
            broken: Some(at("2026-11-23T06:00:00Z")),
            ..DayState::default()
        };
        checkpoint.put_day(day("2026-11-22"), state);
        assert_eq!(planned(&checkpoint, "2026-11-23T06:59:00Z"), ["Full 23"]);
        let passes_over = |now| passes_over(&checkpoint, &settings(), at(now));
        assert!(passes_over("2026-11-23T06:59:00Z"));
        assert!(!passes_over("2026-11-23T07:00:00Z"));
        assert_eq!(
            planned(&checkpoint, "2026-11-23T07:00:00Z"),
            ["Full 23", "Full 22"]
        );
    }

    #[test]
    fn tomorrow_is_asked_once_a_row_was_misdated() {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-23"));
        checkpoint.ask_tomorrow = true;
        assert_eq!(
            planned(&checkpoint, "2026-11-23T09:00:00Z"),
            ["Full 23", "Full 24"]
        );
    }
}
