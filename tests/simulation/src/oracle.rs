//! What is true, and whether what the function did agrees with it.
//!
//! The oracle sees every row that Zoom ever listed and every write that took effect, at once, whoever made it. It counts by
//! the rows' text, from the objects alone. Only where it looks at what the checkpoint claims does it use the function's own
//! types: its format, fingerprints and counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use flate2::read::GzDecoder;
use zoomlogs_core::checkpoint::Checkpoint;
use zoomlogs_core::ledger::Counts;
use zoomlogs_core::record::{Fingerprint, Record};
use zoomlogs_core::record::{RecordId, Second};
use zoomlogs_core::report::Report;

use crate::scenario::ADDED;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says that a promise was broken.
macro_rules! broken {
    ($($message:tt)*) => {
        Err(Violation(format!($($message)*)))
    };
}
pub(crate) use broken;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Oracle {
    pub(crate) report: &'static Report,
    pub(crate) days: BTreeMap<NaiveDate, Day>,
    /// The most records that an object may hold.
    pub(crate) max_records: usize,
    /// Whether doubles are counted instead of being violations.
    pub(crate) tolerates_doubles: bool,
    /// Likewise what is missing of a settled day.
    pub(crate) tolerates_losses: bool,
    /// When Zoom was first asked by a run that may write, which is when the collection began.
    pub(crate) first_asked: Option<DateTime<Utc>>,
    /// The last checkpoint that was written, unless somebody has damaged it since.
    pub(crate) checkpoint: Option<Checkpoint>,
    /// How often somebody did something to it.
    pub(crate) tampered: u32,
    /// Days that Zoom does not keep any more and that were closed with something missing.
    pub(crate) lost: BTreeSet<NaiveDate>,
}

/// A day: what Zoom listed, and what is in the log.
#[derive(Debug, Default)]
pub(crate) struct Day {
    rows: BTreeMap<String, Row>,
    /// The log's entries, by their number.
    pub(crate) entries: Vec<Entry>,
    /// How many records Zoom listed that are not in the log.
    pub(crate) missing: u64,
    /// How many records are in the log beyond those that Zoom listed.
    pub(crate) doubled: u64,
}

#[derive(Debug)]
struct Row {
    id: RecordId,
    /// When the first of its copies was listed.
    since: DateTime<Utc>,
    listed: u64,
    delivered: u64,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) written: DateTime<Utc>,
    /// What the log held up to and with this entry.
    counts: Counts,
    pub(crate) deleted: bool,
    pub(crate) purged: bool,
}

impl Oracle {
    /// Of a world in which `report` is collected and nothing has happened.
    pub(crate) fn of(report: &'static Report) -> Self {
        Self {
            report,
            days: BTreeMap::new(),
            max_records: 0,
            tolerates_doubles: false,
            tolerates_losses: false,
            first_asked: None,
            checkpoint: None,
            tampered: 0,
            lost: BTreeSet::new(),
        }
    }

    /// Zoom lists a row from `now` on. True if it lists an equal one already.
    pub(crate) fn listed(&mut self, day: NaiveDate, json: &str, now: DateTime<Utc>) -> bool {
        let day = self.days.entry(day).or_default();
        if let Some(row) = day.rows.get_mut(json) {
            row.listed += 1;
            // Where doubles are tolerated it may have been delivered once too often before.
            if row.delivered >= row.listed {
                day.doubled -= 1;
            } else {
                day.missing += 1;
            }
            return true;
        }
        day.missing += 1;
        let nothing = RecordId::new(Second::UNKNOWN, Fingerprint::from_bytes([0; 16]));
        let record = Record::parse(json, self.report);
        let id = record.map_or(nothing, |record| record.id());
        let row = Row {
            id,
            since: now,
            listed: 1,
            delivered: 0,
        };
        day.rows.insert(json.to_owned(), row);
        false
    }

    /// An entry took effect.
    pub(crate) fn entry_written(
        &mut self,
        key: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<usize, Violation> {
        let Some((date, number)) = day_and_number(self.report.name, key) else {
            return broken!("an object that is no entry is written below the prefix: {key}");
        };
        let mut text = String::new();
        if let Err(error) = GzDecoder::new(body).read_to_string(&mut text) {
            return broken!("entry {key} is not gzip text: {error}");
        }
        if !text.ends_with('\n') {
            return broken!("entry {key} is empty, or its last line has no end");
        }
        let records = text.lines().count();
        if records > self.max_records {
            return broken!(
                "entry {key} has {records} records, {} at most",
                self.max_records
            );
        }
        let day = self.days.entry(date).or_default();
        let mut counts = day
            .entries
            .last()
            .map_or_else(Counts::default, |entry| entry.counts.clone());
        for line in text.lines() {
            counts.add(day.deliver(date, line, self.tolerates_doubles)?);
        }
        let entry = Entry {
            key: key.to_owned(),
            written: now,
            counts,
            deleted: false,
            purged: false,
        };
        match day.entries.len() {
            next if number == next => day.entries.push(entry),
            next if number > next => {
                return broken!("entry {key} is written, but entry {next} of the day was not");
            }
            _ if self.tolerates_doubles => day.entries[number].deleted = false,
            _ => return broken!("entry {key} is written a second time"),
        }
        Ok(records)
    }

    /// A checkpoint took effect.
    pub(crate) fn checkpoint_written(
        &mut self,
        body: &[u8],
        earliest: NaiveDate,
    ) -> Result<(), Violation> {
        let checkpoint = match Checkpoint::from_bytes(body) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return broken!("a checkpoint is written that cannot be read: {error}"),
        };
        if let Some(before) = &self.checkpoint {
            only_grows(before, &checkpoint, earliest)?;
        }
        for (date, state) in &checkpoint.days {
            let known = state.ledger.next_seq as usize;
            self.claims_entries(*date, known)?;
            if self.tolerates_doubles {
                continue;
            }
            let entries = self.days.get(date).map_or(&[][..], |day| &day.entries);
            let held = known.checked_sub(1).map(|last| &entries[last].counts);
            let ledger = &state.ledger;
            let held = held.cloned().unwrap_or_default();
            if held.since(ledger.known_from.unwrap_or_default()) != ledger.delivered
                || held.total() != ledger.records
            {
                return broken!(
                    "the checkpoint's counts of {date} are not those of its {known} entries"
                );
            }
        }
        for (&date, &entries) in &checkpoint.settled {
            self.claims_entries(date, entries as usize)?;
        }
        if let Some(day) = checkpoint.lost.iter().find(|&&day| day >= earliest) {
            return broken!("{day} is closed as lost, but Zoom still has it");
        }
        let settled = self
            .days
            .range(checkpoint.start_date..)
            .take_while(|(date, _)| **date <= checkpoint.settled_through);
        for (date, day) in settled {
            if day.missing > 0 && *date < earliest {
                // Zoom does not have it any more.
                self.lost.insert(*date);
            } else if day.missing > 0 && !self.tolerates_losses {
                return broken!(
                    "{date} is settled, but the log lacks {}",
                    day.some_missing()
                );
            }
        }
        self.checkpoint = Some(checkpoint);
        Ok(())
    }

    fn claims_entries(&self, date: NaiveDate, claimed: usize) -> Result<(), Violation> {
        let entries = self.days.get(&date).map_or(0, |day| day.entries.len());
        if claimed > entries {
            return broken!(
                "the checkpoint claims {claimed} entries of {date}, and there are {entries}"
            );
        }
        Ok(())
    }

    /// The days that must be whole in the end.
    fn owed(&self, start: NaiveDate) -> impl Iterator<Item = (&NaiveDate, &Day)> {
        self.days
            .range(start..)
            .filter(|(date, _)| !self.lost.contains(date))
    }

    /// How many records Zoom listed since `start` that are not in the log.
    pub(crate) fn missing(&self, start: NaiveDate) -> u64 {
        self.owed(start).map(|(_, day)| day.missing).sum()
    }

    /// Nothing is missing.
    pub(crate) fn check_whole(&self, start: NaiveDate) -> Result<(), Violation> {
        match self.owed(start).find(|(_, day)| day.missing > 0) {
            Some((date, day)) => broken!("{date} lacks {}", day.some_missing()),
            None => Ok(()),
        }
    }

    /// Nothing is missing of which a copy was listed before `moment`.
    pub(crate) fn check_whole_before(
        &self,
        start: NaiveDate,
        moment: DateTime<Utc>,
    ) -> Result<(), Violation> {
        let missing = |day: &Day| day.missing_before(moment).next().is_some();
        match self.owed(start).find(|(_, day)| missing(day)) {
            Some((date, day)) => {
                let rows = day.missing_before(moment);
                let rows: Vec<_> = rows.map(String::as_str).collect();
                broken!(
                    "{date} lacks {} that were there, such as {}",
                    rows.len(),
                    rows[0]
                )
            }
            None => Ok(()),
        }
    }

    /// How many records are in the log beyond those that Zoom listed.
    pub(crate) fn doubled(&self) -> u64 {
        self.days.values().map(|day| day.doubled).sum()
    }

    /// How many records Zoom listed.
    pub(crate) fn total(&self) -> u64 {
        let rows = self.days.values().flat_map(|day| day.rows.values());
        rows.map(|row| row.listed).sum()
    }

    /// The last day of which Zoom lists a row.
    pub(crate) fn last_day(&self) -> Option<NaiveDate> {
        self.days.keys().next_back().copied()
    }

    /// The entries that were written at least `age` ago and of which `already` does not hold.
    pub(crate) fn old_entries(
        &mut self,
        now: DateTime<Utc>,
        age: TimeDelta,
        already: impl Fn(&Entry) -> bool,
    ) -> impl Iterator<Item = &mut Entry> {
        self.days
            .values_mut()
            .flat_map(|day| &mut day.entries)
            .filter(move |entry| entry.written + age <= now && !already(entry))
    }
}

impl Day {
    fn deliver(
        &mut self,
        date: NaiveDate,
        line: &str,
        tolerates_doubles: bool,
    ) -> Result<RecordId, Violation> {
        // As it was before Zoom began to add a field.
        let before = line.strip_suffix(ADDED).map(|open| format!("{open}}}"));
        let json = before.as_deref().unwrap_or(line);
        let Some(row) = self.rows.get_mut(json) else {
            return broken!("a line of {date} is delivered that Zoom never listed: {line}");
        };
        row.delivered += 1;
        if row.delivered <= row.listed {
            self.missing -= 1;
        } else if tolerates_doubles {
            self.doubled += 1;
        } else {
            let Row {
                delivered, listed, ..
            } = row;
            return broken!("{delivered} copies are delivered where Zoom lists {listed}: {line}");
        }
        Ok(row.id)
    }

    fn missing_before(&self, moment: DateTime<Utc>) -> impl Iterator<Item = &String> {
        self.rows
            .iter()
            .filter(move |(_, row)| row.delivered < row.listed && row.since < moment)
            .map(|(json, _)| json)
    }

    fn some_missing(&self) -> String {
        let row = self.rows.iter().find(|(_, row)| row.delivered < row.listed);
        let example = row.map_or("", |(json, _)| json.as_str());
        format!("{} records, such as {example}", self.missing)
    }
}

/// What a checkpoint knows that takes another one's place: at least what that one knew.
fn only_grows(
    before: &Checkpoint,
    after: &Checkpoint,
    earliest: NaiveDate,
) -> Result<(), Violation> {
    let known = |checkpoint: &Checkpoint, date: &NaiveDate| {
        let open = checkpoint.days.get(date).map(|day| day.ledger.next_seq);
        open.max(checkpoint.settled.get(date).copied())
    };
    let dates = before.days.keys().chain(before.settled.keys());
    // Of days that Zoom does not keep any more nothing needs to be known.
    for date in dates.filter(|&&date| date >= earliest) {
        let (knew, knows) = (known(before, date), known(after, date));
        if knows < knew {
            return broken!(
                "a checkpoint knows {knows:?} entries of {date}, the one before {knew:?}"
            );
        }
    }
    // Days that only a later start had passed over are open again.
    let goes_back =
        after.start_date == before.start_date && after.settled_through < before.settled_through;
    if goes_back || after.start_date > before.start_date {
        return broken!("a checkpoint takes back what the one before it said of days");
    }
    let moments = |checkpoint: &Checkpoint| {
        [
            checkpoint.paused_until,
            checkpoint.newest_record,
            checkpoint.last_complete_run,
        ]
    };
    let earlier = |(before, after): (Option<DateTime<Utc>>, Option<DateTime<Utc>>)| after < before;
    if moments(before).into_iter().zip(moments(after)).any(earlier)
        || (before.ask_tomorrow && !after.ask_tomorrow)
    {
        return broken!("a checkpoint takes back what the one before it said of moments");
    }
    if after.requests < before.requests {
        return broken!("a checkpoint counts fewer requests than the one before it");
    }
    Ok(())
}

/// The day and the number in an entry's key. Written anew here: the function's own reading is what is checked.
fn day_and_number(report: &str, key: &str) -> Option<(NaiveDate, usize)> {
    let key = key.strip_prefix(&format!("zoom/{report}/"))?;
    let (folder, name) = key.rsplit_once('/')?;
    let day = NaiveDate::parse_from_str(folder, "%Y/%m/%d").ok()?;
    let number = name
        .strip_prefix(&format!("zoom-{report}-{day}-"))?
        .strip_suffix(".json.gz")?;
    let digits = number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((day, number.parse().ok().filter(|_| digits)?))
}
