//! The rows of each report: what tells two apart, and shapes that Zoom does not document.

use chrono::{DateTime, TimeDelta, Utc};
use zoom_simulator::{Activity, Record, Report};

/// A row of `report`. Rows of other names differ; two of one name and one time are equal.
pub(crate) fn row(report: Report, time: DateTime<Utc>, name: &str) -> Record {
    match report {
        Report::OperationLogs => Record::new(time, "ada@example.com", "User", "Add", name),
        Report::Activities => sign_in(time, name),
    }
}

/// A sign-in that differs from others in one field. Which one is the name's choice: a collector that does not look at
/// one of the fields takes two rows for one.
fn sign_in(time: DateTime<Utc>, name: &str) -> Record {
    let mut activity = Activity {
        kind: "Sign in",
        email: "ada@example.com",
        ip_address: "192.0.2.1",
        client_type: "mac",
        version: "5.9.1.2581",
    };
    let fields = [
        &mut activity.kind,
        &mut activity.email,
        &mut activity.ip_address,
        &mut activity.client_type,
        &mut activity.version,
    ];
    let choice = name.bytes().map(usize::from).sum::<usize>() % fields.len();
    for field in fields.into_iter().skip(choice).take(1) {
        *field = name;
    }
    Record::activity(time, &activity)
}

/// A row of another shape than Zoom documents, or with a time that is not on its day; there are [`ODD_SHAPES`].
pub(crate) fn odd_row(report: Report, time: DateTime<Utc>, name: &str, shape: i64) -> Record {
    let at = time.format("%Y-%m-%dT%H:%M:%SZ");
    let (some, null, last) = match report {
        Report::OperationLogs => ("action", "operator", "operation_detail"),
        Report::Activities => ("type", "email", "version"),
    };
    let json = match shape {
        0 => format!(r#"{{"detail":"{name}","n":1.50}}"#),
        1 => format!(r#"{{"{some}":"{name}","time":"{at}","{null}":null}}"#),
        2 => {
            format!(r#"{{"time":"{at}","{last}":"{name}","nested":{{"z":[1e3,"\u00e9"]}}}}"#)
        }
        _ => return row(report, time - TimeDelta::days(1), name),
    };
    Record::from_json(&json).unwrap_or_else(|_| row(report, time, name))
}

/// How many shapes odd rows have.
pub(crate) const ODD_SHAPES: i64 = 4;
