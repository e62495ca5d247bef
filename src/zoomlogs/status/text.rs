//! How it is, for people. Colors only where a terminal shows them and nobody asked for none.

use std::fmt::Write as _;
use std::io;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Utc};

use super::chart;
use super::collected::Collected;
use super::findings::{Finding, Verdict};
use super::function::{FunctionDetails, FunctionStatus};
use super::learned::Learned;
use super::line::LoggedError;
use super::reader::{Access, Reader};
use crate::checkpoint::Found;
use crate::wording::{ago, long, minute_and_age, number_of};

/// How many of the last errors are shown; JSON has all of the last day.
const ERRORS: usize = 5;

/// All of it.
pub fn text(functions: &[FunctionStatus], readers: &[Reader], now: DateTime<Utc>) -> String {
    let mut text = String::new();
    for function in functions {
        of_function(&mut text, function, now);
        text.push('\n');
    }
    for reader in readers {
        of_reader(&mut text, reader, now);
        text.push('\n');
    }
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => anstream::adapter::strip_str(&text).to_string(),
        _ => text,
    }
}

fn of_function(text: &mut String, function: &FunctionStatus, now: DateTime<Utc>) {
    let mut names = vec![function.function.as_str()];
    names.extend(function.report);
    names.extend(function.pipeline.as_deref());
    heading(text, function.verdict, &names.join(" · "));
    for finding in &function.findings {
        say(text, finding);
    }
    match &function.details {
        Learned::Known(details) => of_details(text, details, now),
        Learned::NotKnown(_) => {}
    }
}

fn of_details(text: &mut String, details: &FunctionDetails, now: DateTime<Utc>) {
    if let Some(schedule) = &details.schedule {
        let schedule = schedule.say(|schedule| match schedule {
            Some(schedule) => {
                let on = if schedule.on { "on" } else { "OFF" };
                format!("{on}, {}", schedule.rate)
            }
            None => "none".to_owned(),
        });
        line(text, "Schedule", &schedule);
    }
    match &details.checkpoint {
        Learned::Known(Found::Whole(collected)) => of_collected(text, collected, now),
        Learned::Known(_) => line(text, "Checkpoint", "none that can be read"),
        unknown @ Learned::NotKnown(_) => line(text, "Checkpoint", &unknown.say(|_| String::new())),
    }
    if let Some(alarms) = &details.alarms {
        let alarms = alarms.say(|alarms| {
            let ring = match alarms.ringing.len() {
                0 => "none rings".to_owned(),
                count => number_of(count, "rings", "ring"),
            };
            match alarms.missing.len() {
                0 => ring,
                count => format!("{ring}, {count} not there"),
            }
        });
        line(text, "Alarms", &alarms);
    }
    match &details.hours {
        Learned::Known(hours) => {
            let records: u64 = hours.iter().map(|hour| hour.records).sum();
            let most = hours.iter().map(|hour| hour.records).max().unwrap_or(0);
            let runs: u64 = hours.iter().map(|hour| hour.runs).sum();
            let failed: u64 = hours.iter().map(|hour| hour.failed_runs).sum();
            line(
                text,
                "Records per hour",
                &format!(
                    "{}  {records} in {} hours, at most {most}",
                    chart::bars(hours),
                    hours.len()
                ),
            );
            line(
                text,
                "Failed runs",
                &format!(
                    "{}  {failed} failed, {runs} reported",
                    chart::failures(hours)
                ),
            );
            line(text, "", &format!("{} (UTC)", chart::axis(hours)));
        }
        Learned::NotKnown(why) => line(text, "Records per hour", &format!("not known ({why})")),
    }
    if let Learned::Known(errors) = &details.errors {
        of_errors(text, errors, now);
    }
}

fn of_collected(text: &mut String, collected: &Collected, now: DateTime<Utc>) {
    let moment = |at: Option<DateTime<Utc>>| {
        at.map_or_else(|| "none yet".to_owned(), |at| minute_and_age(at, now))
    };
    line(
        text,
        "Last complete run",
        &moment(collected.last_complete_run),
    );
    line(text, "Newest record", &moment(collected.newest_record));
    line(
        text,
        "Requests today",
        &format!(
            "{} of {}",
            collected.requests_today, collected.daily_request_budget
        ),
    );
    line(
        text,
        "Settled through",
        &collected.settled_through.to_string(),
    );
    let mut label = "Open days";
    for day in &collected.open_days {
        let swept = match day.last_sweep {
            Some(at) => format!("swept {}", ago(now - at)),
            None => "never swept".to_owned(),
        };
        let mut said = format!(
            "{}  {:>7} records in {:>3} {}, {swept}",
            day.date,
            day.delivered,
            day.objects,
            if day.objects == 1 {
                "object"
            } else {
                "objects"
            }
        );
        let left = day.left();
        if !left.is_empty() {
            said += &format!("; {left}");
        }
        line(text, label, &said);
        label = "";
    }
}

fn of_errors(text: &mut String, errors: &[LoggedError], now: DateTime<Utc>) {
    let mut label = "Last errors";
    // A day's error is told once more by the failure of its run.
    let told_later = |error: &LoggedError| {
        !error.failed_run
            && errors.iter().any(|other| {
                other.failed_run && other.at >= error.at && other.problem.contains(&error.problem)
            })
    };
    let errors: Vec<_> = errors.iter().filter(|error| !told_later(error)).collect();
    for error in errors.iter().rev().take(ERRORS) {
        let kind = match error.kind.as_str() {
            "" => String::new(),
            kind => format!("{kind}: "),
        };
        line(
            text,
            label,
            &format!("{}  {kind}{}", minute_and_age(error.at, now), error.problem),
        );
        label = "";
    }
    if errors.len() > ERRORS {
        line(text, "", &format!("and {} before", errors.len() - ERRORS));
    }
}

fn of_reader(text: &mut String, reader: &Reader, now: DateTime<Utc>) {
    heading(
        text,
        reader.verdict,
        &format!("reader of the feed · {}", reader.pipeline),
    );
    for finding in &reader.findings {
        say(text, finding);
    }
    match &reader.access {
        Access::Role(arn) => line(text, "Role", arn),
        Access::NoUser { name } => line(text, "User", &format!("{name}, not there")),
        Access::User { name, keys } => {
            line(text, "User", name);
            match keys {
                Learned::NotKnown(why) => line(text, "Keys", &format!("not known ({why})")),
                Learned::Known(keys) => {
                    for key in keys {
                        let active = if key.active { "active" } else { "inactive" };
                        let age = match key.created {
                            Some(at) => format!("{} old", long(now - at)),
                            None => "of unknown age".to_owned(),
                        };
                        let used = match &key.last_used {
                            Some(used) => format!("last used {}", minute_and_age(used.at, now)),
                            None => "never used".to_owned(),
                        };
                        line(text, "Key", &format!("{}, {active}, {age}, {used}", key.id));
                    }
                }
            }
        }
    }
}

fn heading(text: &mut String, verdict: Verdict, what: &str) {
    let style = style(verdict).bold();
    let word = word(verdict);
    let _ = writeln!(
        text,
        "{style}{word:6}{style:#} {}{what}{:#}",
        Style::new().bold(),
        Style::new().bold()
    );
}

fn say(text: &mut String, finding: &Finding) {
    let style = style(finding.verdict);
    let _ = writeln!(text, "  {style}{}{style:#}", finding.what);
    if !finding.to_do.is_empty() {
        let _ = writeln!(text, "    → {}", finding.to_do);
    }
}

fn line(text: &mut String, label: &str, said: &str) {
    let _ = writeln!(text, "  {label:18} {said}");
}

const fn style(verdict: Verdict) -> Style {
    AnsiColor::on_default(match verdict {
        Verdict::Green => AnsiColor::Green,
        Verdict::Yellow => AnsiColor::Yellow,
        Verdict::Red => AnsiColor::Red,
    })
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Green => "GREEN",
        Verdict::Yellow => "YELLOW",
        Verdict::Red => "RED",
    }
}
