//! The last word of a report: what it comes to.

use super::audit_report::{AuditReport, DayVerdict, Overall};
use crate::wording::number_of;

/// What it comes to, if it matches.
pub fn last_word(report: &AuditReport) -> String {
    let days = || report.functions.iter().flat_map(|function| &function.days);
    let count = days().count();
    match report.verdict {
        Overall::Matches => {
            let looked = || days().filter_map(|day| day.looked.as_ref());
            let delivered: u64 = looked().map(|looked| looked.bucket.records).sum();
            let not_due = looked().map(|looked| looked.not_due).sum();
            let undecided = looked().map(|looked| looked.undecided).sum();
            format!(
                "Everything {}: {} on {}, each of them in the bucket as often as in \
                 Zoom.{}",
                if undecided == 0 {
                    "matches"
                } else {
                    "that can be judged matches"
                },
                number_of(delivered, "record", "records"),
                number_of(count, "day", "days"),
                unjudged(not_due, undecided)
            )
        }
        Overall::Differs | Overall::Incomplete => String::new(),
    }
}

/// The rows that are neither delivered nor missing, and why not.
fn unjudged(not_due: u64, undecided: u64) -> String {
    let mut said = String::new();
    if not_due > 0 {
        said.push_str(&format!(
            " {} newer than the function's last complete run, and not due yet.",
            number_of(not_due, "more row is", "more rows are")
        ));
    }
    if undecided > 0 {
        said.push_str(&format!(
            " Of {} Zoom's readings do not agree how often it is there: verify again when the day is over.",
            number_of(undecided, "more row", "more rows")
        ));
    }
    said
}

/// Why it did not end well, in one line.
pub fn complaint(report: &AuditReport) -> String {
    let mut differing = Vec::new();
    let mut unread = Vec::new();
    for function in &report.functions {
        let name = &function.function;
        if let Some(error) = &function.error {
            unread.push(format!("{name} ({error})"));
        }
        if !function.astray.is_empty() {
            differing.push(format!("{name} (stray objects)"));
        }
        for day in &function.days {
            let named = format!("{} {}", function.report, day.date);
            match day.verdict {
                DayVerdict::Matches => {}
                DayVerdict::Differs => differing.push(named),
                DayVerdict::ZoomDisagrees => {
                    unread.push(format!("{named} (Zoom does not agree with itself)"));
                }
                DayVerdict::Unread => unread.push(named),
            }
        }
    }
    let mut said = Vec::new();
    if !differing.is_empty() {
        said.push(format!(
            "Zoom and the bucket do not match: {}",
            differing.join(", ")
        ));
    }
    if !unread.is_empty() {
        said.push(format!(
            "not everything could be read: {}",
            unread.join(", ")
        ));
    }
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::unjudged;

    #[test]
    fn rows_that_are_not_judged_are_told_apart() {
        assert_eq!(unjudged(0, 0), "");
        let not_due = unjudged(2, 0);
        assert!(not_due.contains("2 more rows are newer") && !not_due.contains("agree"));
        let undecided = unjudged(0, 1);
        assert!(undecided.contains("Of 1 more row Zoom's readings do not agree"));
        assert!(!undecided.contains("newer"));
    }
}
