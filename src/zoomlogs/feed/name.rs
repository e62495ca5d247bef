//! What a feed is called.

use zoomlogs_core::report::{ACTIVITIES, OPERATION_LOGS, Report};

/// What the feeds of these reports are called, where that is not the report's own name.
static TITLES: [(&Report, &str); 2] = [
    (&OPERATION_LOGS, "Zoom Operation Logs"),
    (&ACTIVITIES, "Zoom Sign-ins"),
];

/// The feed's name: the report's, and what tells it from those of other environments and accounts.
pub fn name(report: &str, distinctions: &[&str]) -> String {
    let known = TITLES.iter().find(|(known, _)| known.name == report);
    let title = known.map_or_else(|| title(report), |(_, title)| (*title).to_owned());
    let parts: Vec<_> = std::iter::once(title.as_str())
        .chain(distinctions.iter().copied())
        .collect();
    parts.join(" - ")
}

/// The words of a report's name, as those of a title.
fn title(report: &str) -> String {
    let mut title = "Zoom".to_owned();
    for word in report.split(['_', '-']).filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        title += &format!(" {}{rest}", first.to_uppercase());
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_has_no_title_gets_one_of_its_name() {
        assert_eq!(name("operationlogs", &[]), "Zoom Operation Logs");
        assert_eq!(name("activities", &["dev"]), "Zoom Sign-ins - dev");
        assert_eq!(
            name("phone_call-logs", &["dev", "emea"]),
            "Zoom Phone Call Logs - dev - emea"
        );
    }
}
