//! Records on their way from Zoom to the log.

use std::collections::BTreeMap;

use crate::delivery_log::is_oversized;
use crate::ledger::Ledger;
use crate::record::Record;
use crate::record::RecordId;

/// Records of one day that were read and are not in the log, as far as the ledger knows.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// In the order in which Zoom sent them: newest first.
    records: Vec<Record>,
    /// How many copies of a record the log shall have once the batch is delivered.
    wanted: BTreeMap<RecordId, u32>,
    /// The length of their lines.
    bytes: usize,
}

impl Batch {
    /// Whether a further page might not fit into an object of `max` records and `max_bytes` of lines.
    pub(super) const fn is_full(&self, page_size: u16, max: usize, max_bytes: usize) -> bool {
        !self.is_empty()
            && (self.records.len() + page_size as usize > max || self.bytes >= max_bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    #[cfg(test)]
    pub(super) const fn len(&self) -> usize {
        self.records.len()
    }

    /// How many copies of a record the log has or will have.
    pub(super) fn copies(&self, record: RecordId, ledger: &Ledger) -> u32 {
        let delivered = ledger.delivered.get(record);
        self.wanted
            .get(&record)
            .map_or(delivered, |&wanted| wanted.max(delivered))
    }

    /// Adds one more copy of a record, of which the log has or will have so many.
    pub(super) fn push(&mut self, record: Record, copies: u32) {
        self.wanted.insert(record.id(), copies + 1);
        self.bytes += record.line().len();
        self.records.push(record.detach());
    }

    /// Drops the copies that the log has got from elsewhere since they were added.
    pub(super) fn drop_delivered(&mut self, ledger: &Ledger) {
        let mut kept: BTreeMap<RecordId, u32> = BTreeMap::new();
        let wanted = &self.wanted;
        self.records.retain(|record| {
            let id = record.id();
            let wanted = wanted.get(&id).copied().unwrap_or(0);
            let lacking = wanted.saturating_sub(ledger.delivered.get(id));
            let kept = kept.entry(id).or_default();
            *kept += 1;
            *kept <= lacking
        });
        if self.records.is_empty() {
            self.wanted.clear();
        }
        self.bytes = self.records.iter().map(|record| record.line().len()).sum();
    }

    /// The records of the next object, oldest first: at most `max`, and one alone that is too long a line to share
    /// an object with others. They are the first `len` of the batch; [`delivered`](Self::delivered) removes them.
    pub(super) fn chunk(&self, max: usize) -> Vec<&Record> {
        let length = match self.records.iter().take(max).position(is_oversized) {
            Some(0) => 1,
            Some(before) => before,
            None => max.min(self.records.len()),
        };
        let mut chunk: Vec<_> = self.records[..length].iter().rev().collect();
        // Stable: rows of one second stay in Zoom's order, turned round.
        chunk.sort_by_key(|record| record.time());
        chunk
    }

    /// Removes the first `length` records, which are in the log now.
    pub(super) fn delivered(&mut self, length: usize) {
        for record in self.records.drain(..length) {
            self.bytes -= record.line().len();
        }
        if self.records.is_empty() {
            self.wanted.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::OPERATION_LOGS;

    fn push(batch: &mut Batch, record: Record, ledger: &Ledger) {
        let copies = batch.copies(record.id(), ledger);
        batch.push(record, copies);
    }

    fn record(second: u8, text: &str) -> Record {
        Record::parse(
            &format!(r#"{{"time":"2026-11-22T09:00:{second:02}Z","action":"{text}"}}"#),
            &OPERATION_LOGS,
        )
        .unwrap()
    }

    #[test]
    fn a_copy_delivered_by_somebody_else_is_not_delivered_again() {
        let mut ledger = Ledger::default();
        let mut batch = Batch::default();
        for _ in 0..3 {
            push(&mut batch, record(1, "twin"), &ledger);
        }
        push(&mut batch, record(0, "single"), &ledger);
        ledger.add_records(&[record(1, "twin"), record(1, "twin")]);
        batch.drop_delivered(&ledger);
        let left: Vec<_> = batch
            .chunk(10)
            .iter()
            .map(|record| record.line().to_owned())
            .collect();
        assert_eq!(left, [record(0, "single").line(), record(1, "twin").line()]);
        ledger.add_records(&[record(1, "twin"), record(0, "single")]);
        batch.drop_delivered(&ledger);
        assert!(batch.is_empty());
    }

    #[test]
    fn a_chunk_is_oldest_first_and_bounded() {
        let ledger = Ledger::default();
        let mut batch = Batch::default();
        for second in [9, 8, 8, 7] {
            push(&mut batch, record(second, "x"), &ledger);
        }
        let seconds = |batch: &Batch, max| -> Vec<String> {
            batch
                .chunk(max)
                .iter()
                .map(|record| record.line()[26..28].to_owned())
                .collect()
        };
        assert_eq!(seconds(&batch, 3), ["08", "08", "09"]);
        batch.delivered(3);
        assert_eq!(seconds(&batch, 3), ["07"]);
    }

    #[test]
    fn a_line_that_secops_would_refuse_stands_alone() {
        let ledger = Ledger::default();
        let mut batch = Batch::default();
        push(&mut batch, record(3, "short"), &ledger);
        push(&mut batch, record(2, &"x".repeat(4_000_000)), &ledger);
        push(&mut batch, record(1, "short"), &ledger);
        let mut lengths = Vec::new();
        while !batch.is_empty() {
            let length = batch.chunk(10).len();
            lengths.push(length);
            batch.delivered(length);
        }
        assert_eq!(lengths, [1, 1, 1]);
    }
}
