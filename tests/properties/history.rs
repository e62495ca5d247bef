//! Checkpoints as runs leave them.
//!
//! A history is what a chain of runs did, step by step, each step one that the collector makes. Histories share one
//! log, so that every ledger is a part of the same entries from the first on; they share a beginning or begin with
//! another start date, as after a recovery; and they run at the same time.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use support::scripted::started;
use zoomlogs_core::checkpoint::{
    Checkpoint, CompleteSweep, DayState, PartialSweep, SeenRows, SweepId,
};
use zoomlogs_core::ledger::{Counts, Ledger};
use zoomlogs_core::record::Record;
use zoomlogs_core::record::RecordId;
use zoomlogs_core::report::OPERATION_LOGS;

/// How many days the histories are about.
pub const DAYS: usize = 5;

/// The entries of each day's log.
type Logs = Vec<Vec<Vec<u8>>>;

/// One step of a run.
#[derive(Debug, Clone)]
struct Step {
    seconds: i64,
    /// How long Zoom takes for the first page.
    answer: i64,
    day: usize,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// Counts further entries of the log, its own or another run's.
    Count {
        entries: usize,
    },
    /// Keeps the newest records alone.
    Carry {
        most: usize,
    },
    /// Sweeps the day to its end, from its first page or from where a sweep stopped.
    Sweep {
        size: u16,
        rows: u8,
        undecided: bool,
        settles: bool,
        continues: bool,
    },
    /// Sweeps a part of it.
    Part {
        size: u16,
        rows: u8,
        found_new: bool,
        few: usize,
    },
    /// Proves copies that the log lacks.
    Prove {
        record: u8,
        copies: u32,
    },
    /// Meets another run's entry.
    Meet,
    /// Meets pages that make no sense.
    Break,
    /// Zoom keeps the day no more.
    Lose,
    /// A replay opens the day.
    Reopen {
        entries: usize,
    },
    Spend(u64),
    Pause,
    Misdate,
    Finish,
    Prune,
}

fn what() -> impl Strategy<Value = What> {
    let size = || prop::sample::select(vec![299_u16, 300]);
    prop_oneof![
        4 => (1..4_usize).prop_map(|entries| What::Count { entries }),
        2 => (1..4_usize).prop_map(|most| What::Carry { most }),
        5 => (size(), 0..3_u8, any::<[bool; 3]>()).prop_map(|(size, rows, [undecided, settles, continues])| {
            What::Sweep { size, rows, undecided, settles, continues }
        }),
        3 => (size(), 0..3_u8, any::<bool>(), 0..4_usize).prop_map(|(size, rows, found_new, few)| {
            What::Part { size, rows, found_new, few }
        }),
        2 => (0..4_u8, 1..5_u32).prop_map(|(record, copies)| What::Prove { record, copies }),
        1 => Just(What::Meet),
        1 => Just(What::Break),
        1 => Just(What::Lose),
        2 => (0..4_usize).prop_map(|entries| What::Reopen { entries }),
        1 => (1..9_u64).prop_map(What::Spend),
        1 => Just(What::Pause),
        1 => Just(What::Misdate),
        1 => Just(What::Finish),
        1 => Just(What::Prune),
    ]
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    // Runs that begin in the same second, and such that are hours apart.
    let seconds = prop_oneof![3 => 0..2_i64, 1 => 0..20_000_i64];
    let day = prop_oneof![2 => Just(0), 1 => 0..DAYS];
    let step = (seconds, 0..4_i64, day, what()).prop_map(|(seconds, answer, day, what)| Step {
        seconds,
        answer,
        day,
        what,
    });
    prop::collection::vec(step, 0..most)
}

fn logs() -> impl Strategy<Value = Logs> {
    let entry = prop::collection::vec(0..4_u8, 1..4);
    prop::collection::vec(prop::collection::vec(entry, 0..5), DAYS)
}

/// Checkpoints of one log, `COUNT` of them: the ends of as many histories.
pub fn checkpoints<const COUNT: usize>() -> impl Strategy<Value = [Checkpoint; COUNT]> {
    let start = || prop_oneof![3 => Just(0), 1 => 0..DAYS];
    let branch = (prop::bool::weighted(0.7), start(), steps(12));
    let branches = prop::collection::vec(branch, COUNT);
    (logs(), start(), steps(8), branches).prop_map(|(logs, start, common, branches)| {
        let mut trunk = History::begin(&logs, start);
        trunk.go(&common);
        let ends: Vec<_> = branches
            .into_iter()
            .map(|(shares, start, steps)| {
                let mut history = if shares {
                    trunk.clone()
                } else {
                    History::begin(&logs, start)
                };
                history.go(&steps);
                history.checkpoint
            })
            .collect();
        ends.try_into().expect("as many as branches")
    })
}

pub fn day(index: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 1).unwrap() + Days::new(index as u64)
}

#[derive(Debug, Clone)]
struct History<'a> {
    logs: &'a Logs,
    now: DateTime<Utc>,
    checkpoint: Checkpoint,
}

impl<'a> History<'a> {
    fn begin(logs: &'a Logs, start: usize) -> Self {
        Self {
            logs,
            now: started(),
            checkpoint: Checkpoint::new(&OPERATION_LOGS, "p/", day(start)),
        }
    }

    fn go(&mut self, steps: &[Step]) {
        for step in steps {
            self.now += TimeDelta::seconds(step.seconds);
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        let now = self.now;
        let date = day(step.day);
        let checkpoint = &mut self.checkpoint;
        match step.what {
            What::Spend(requests) => checkpoint.requests.add(now.date_naive(), requests),
            What::Pause => {
                checkpoint.paused_until =
                    checkpoint.paused_until.max(Some(now + TimeDelta::hours(9)))
            }
            What::Misdate => checkpoint.ask_tomorrow = true,
            What::Finish => {
                checkpoint.last_complete_run = checkpoint.last_complete_run.max(Some(now));
                checkpoint.newest_record = checkpoint
                    .newest_record
                    .max(Some(now - TimeDelta::minutes(1)));
            }
            // When the first days are 200 days old; only what is closed is forgotten.
            What::Prune => checkpoint.prune(date + Days::new(200)),
            What::Reopen { entries } => {
                if !checkpoint.days.contains_key(&date) {
                    let settled = checkpoint.settled.get(&date).copied().unwrap_or(0);
                    let state = DayState {
                        ledger: ledger(&self.logs[step.day], entries.max(settled as usize)),
                        ..DayState::default()
                    };
                    checkpoint.put_day(date, state);
                }
            }
            _ if !checkpoint.open_days(date).contains(&date) => {}
            What::Lose => checkpoint.close_as_lost(date),
            _ => self.step_in_day(step, date),
        }
    }

    fn step_in_day(&mut self, step: &Step, date: NaiveDate) {
        let now = self.now;
        let answered = now + TimeDelta::seconds(step.answer);
        let mut state = self.checkpoint.day(date);
        let mut closes = false;
        match step.what {
            What::Count { entries } => {
                let known = state.ledger.next_seq as usize;
                state.ledger = ledger(&self.logs[step.day], known + entries);
            }
            What::Carry { most } => state.ledger = state.ledger.newest(most),
            What::Sweep {
                size,
                rows,
                undecided,
                settles,
                continues,
            } => {
                let begun = state.partial.take().filter(|_| continues);
                let begun = begun.map(|partial| (partial.started, partial.first_page));
                let (started, first_page) = begun.unwrap_or((now, answered));
                state.sweep = Some(CompleteSweep {
                    started,
                    first_page,
                    id: id(size, rows),
                    undecided,
                });
                state.tidy();
                closes = settles && !undecided && !state.lacks_confirmed();
            }
            What::Part {
                size,
                rows,
                found_new,
                few,
            } => {
                state.mark_unread(answered);
                state.partial = Some(PartialSweep {
                    started: now,
                    first_page: answered,
                    page_size: size,
                    token: format!("token {rows}"),
                    issued: answered,
                    seen: SeenRows::new(&seen(rows), &state.ledger, few),
                    found_new,
                    against: state.sweep.map(|sweep| sweep.id),
                });
            }
            What::Prove { record, copies } => state.confirmed.raise(id_of(record), copies),
            What::Meet => state.mark_unread(now),
            _ => state.broken = Some(now),
        }
        state.tidy();
        if closes {
            let entries = state.ledger.next_seq;
            self.checkpoint.settle(date, entries);
        } else {
            self.checkpoint.put_day(date, state);
        }
    }
}

/// One of few records. The first has no time.
fn record(n: u8) -> Record {
    let json = match n {
        0 => "0".to_owned(),
        n => format!(
            r#"{{"time":"2026-11-22T09:00:0{}Z","action":"{n}"}}"#,
            n / 2
        ),
    };
    Record::parse(&json, &OPERATION_LOGS).unwrap()
}

fn id_of(n: u8) -> RecordId {
    record(n).id()
}

/// The ledger of the first `entries` entries of a log, or of all that it has.
fn ledger(log: &[Vec<u8>], entries: usize) -> Ledger {
    let mut ledger = Ledger::default();
    for entry in log.iter().take(entries) {
        let records: Vec<_> = entry.iter().map(|n| record(*n)).collect();
        ledger.add_records(&records);
    }
    ledger
}

fn seen(rows: u8) -> Counts {
    (0..=rows).map(id_of).collect()
}

fn id(page_size: u16, rows: u8) -> SweepId {
    SweepId {
        page_size,
        rows: seen(rows).digest(),
    }
}
