//! The endpoints under `/_simulator/`, with which another process plays with the world.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::generator::Generator;
use crate::record::Record;
use crate::reply::Answer;
use crate::report::Report;
use crate::request::Request;
use crate::script::Script;
use crate::settings::Settings;
use crate::truth::Place;
use crate::world::World;

/// Where they are.
pub(crate) const PREFIX: &str = "/_simulator/";

/// Why a request to them fails.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error(
        "no such endpoint; there are GET truth, POST and DELETE records, GET, POST and DELETE faults, GET and DELETE requests, GET and POST settings, POST credentials"
    )]
    NotFound,
    #[error("date must be YYYY-MM-DD")]
    Date,
    #[error("there is no report {0:?}; there are {names}", names = Report::ALL.map(Report::name).join(" and "))]
    Report(String),
    #[error("position must be a number, counted from the head of the day's list and from 0")]
    Position,
    #[error("there is no such record")]
    NoSuchRecord,
    #[error("give either records or a count")]
    RecordsOrCount,
    #[error("the body does not fit: {0}")]
    Body(#[from] serde_json::Error),
}

/// Answers a request for `path`, which is without the prefix.
pub(crate) fn answer(
    world: &mut World,
    now: DateTime<Utc>,
    path: &str,
    request: &Request,
) -> Answer {
    let answer = match (request.method.as_str(), path) {
        ("GET", "truth") => truth(world, request),
        ("POST", "records") => add_records(world, now, request),
        ("DELETE", "records") => remove_record(world, request),
        ("GET", "faults") => shown(world.scripts()),
        ("POST", "faults") => add_faults(world, request),
        ("DELETE", "faults") => {
            world.clear_scripts();
            shown(&json!({}))
        }
        ("GET", "requests") => shown(world.requests()),
        ("DELETE", "requests") => {
            world.clear_requests();
            shown(&json!({}))
        }
        ("GET", "settings") => shown(&world.settings),
        ("POST", "settings") => change_settings(world, request),
        ("POST", "credentials") => change_credentials(world, request),
        _ => Err(ControlError::NotFound),
    };
    answer.unwrap_or_else(|error| {
        let status = if matches!(error, ControlError::NotFound) {
            404
        } else {
            400
        };
        Answer::json(status, json!({"error": error.to_string()}).to_string())
    })
}

fn shown(what: &(impl Serialize + ?Sized)) -> Result<Answer, ControlError> {
    Ok(Answer::json(200, serde_json::to_vec(what)?))
}

fn date_of(request: &Request) -> Result<NaiveDate, ControlError> {
    request
        .parameter("date")
        .and_then(|date| date.parse().ok())
        .ok_or(ControlError::Date)
}

/// The report that is named; the operation logs, if none is.
fn report_of(request: &Request) -> Result<Report, ControlError> {
    request
        .parameter("report")
        .map_or(Ok(Report::default()), |name| {
            Report::named(&name).ok_or(ControlError::Report(name))
        })
}

/// The counts of all days of a report, or the records of one: a line each, newest first.
fn truth(world: &World, request: &Request) -> Result<Answer, ControlError> {
    let truth = world.truth_of(report_of(request)?);
    if request.parameter("date").is_none() {
        return shown(&truth.counts());
    }
    let mut lines = String::new();
    for record in truth.day(date_of(request)?) {
        lines.push_str(record.json());
        lines.push('\n');
    }
    let mut answer = Answer::json(200, lines);
    answer.headers = vec![("content-type".to_owned(), "application/x-ndjson".to_owned())];
    Ok(answer)
}

/// Records to add: these, or so many made-up ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRecords {
    #[serde(default)]
    report: Report,
    date: NaiveDate,
    #[serde(default)]
    records: Vec<Record>,
    count: Option<usize>,
    seed: Option<u64>,
    #[serde(default)]
    place: Place,
}

fn add_records(
    world: &mut World,
    now: DateTime<Utc>,
    request: &Request,
) -> Result<Answer, ControlError> {
    let NewRecords {
        report,
        date,
        mut records,
        count,
        seed,
        place,
    } = serde_json::from_slice(&request.body)?;
    if records.is_empty() == count.is_none() {
        return Err(ControlError::RecordsOrCount);
    }
    let truth = world.truth_of_mut(report);
    if let Some(count) = count {
        // Asked twice, it shall not make up the same records twice.
        let seed = seed.unwrap_or(truth.count(date) as u64);
        records = Generator::new(seed).of(report).day_until(date, count, now);
    }
    let added = records.len();
    if place == Place::ByTime {
        truth.add_all(date, records);
    } else {
        for record in records {
            truth.insert(date, place, record);
        }
    }
    shown(&json!({"added": added, "count": truth.count(date)}))
}

fn remove_record(world: &mut World, request: &Request) -> Result<Answer, ControlError> {
    let position = request
        .parameter("position")
        .and_then(|position| position.parse().ok());
    let removed = world
        .truth_of_mut(report_of(request)?)
        .remove(date_of(request)?, position.ok_or(ControlError::Position)?);
    shown(&removed.ok_or(ControlError::NoSuchRecord)?)
}

/// Adds one script or an array of them.
fn add_faults(world: &mut World, request: &Request) -> Result<Answer, ControlError> {
    // Told apart by the first character: trying both would lose the exact text of records, and the better error.
    let scripts: Vec<Script> = if request.body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice(&request.body)?
    } else {
        vec![serde_json::from_slice(&request.body)?]
    };
    let added = scripts.len();
    for script in scripts {
        world.script(script);
    }
    shown(&json!({"added": added, "pending": world.scripts().len()}))
}

/// Changes the settings that are named and leaves the others.
fn change_settings(world: &mut World, request: &Request) -> Result<Answer, ControlError> {
    let changes: serde_json::Map<String, Value> = serde_json::from_slice(&request.body)?;
    let mut settings = serde_json::to_value(&world.settings)?;
    for (name, value) in changes {
        settings[name] = value;
    }
    world.settings = serde_json::from_value::<Settings>(settings)?;
    shown(&world.settings)
}

/// Rotates the credentials that are named and leaves the others.
fn change_credentials(world: &mut World, request: &Request) -> Result<Answer, ControlError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Changes {
        account_id: Option<String>,
        client_id: Option<String>,
        client_secret: Option<String>,
    }
    let changes: Changes = serde_json::from_slice(&request.body)?;
    let mut credentials = world.credentials().clone();
    credentials.account_id = changes.account_id.unwrap_or(credentials.account_id);
    credentials.client_id = changes.client_id.unwrap_or(credentials.client_id);
    credentials.client_secret = changes.client_secret.unwrap_or(credentials.client_secret);
    world.set_credentials(credentials);
    shown(&json!({}))
}
