//! Records and the events that they must become, in `golden/*.json`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

use local_stack::project;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use zoomlogs_udm::{Event, Rule, rules};

use crate::schema;

/// One record and what becomes of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Case {
    /// What it shows.
    what: String,
    /// Which public source has records of this shape, or that it is invented.
    shape: String,
    record: Box<RawValue>,
    /// The event.
    event: Value,
    /// What of the record is in no field of its own, and why.
    left: Vec<String>,
    /// How much of its detail is in fields of its own.
    understood: Option<String>,
}

fn files() -> Vec<(PathBuf, Vec<Case>)> {
    let folder = project::root().join("tests/udm/golden");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let files: Vec<_> = paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let cases = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path, cases)
        })
        .collect();
    assert!(!files.is_empty(), "nothing in {}", folder.display());
    files
}

fn cases() -> impl Iterator<Item = Case> {
    files().into_iter().flat_map(|(_, cases)| cases)
}

/// What becomes of a record now.
fn becomes(case: Case) -> Case {
    let event = Event::of(&case.record);
    let left = event
        .left
        .iter()
        .map(|left| format!("{} = {:?}: {}", left.what, left.text, left.why));
    Case {
        left: left.collect(),
        understood: event
            .detail
            .as_ref()
            .map(|detail| detail.extent.to_string()),
        event: event.to_json(),
        ..case
    }
}

/// `WRITE_GOLDEN=1` writes what becomes of them into the files, to be read before it is committed.
#[test]
fn each_record_becomes_its_event() {
    for (path, cases) in files() {
        let now: Vec<_> = cases.iter().cloned().map(becomes).collect();
        if env::var_os("WRITE_GOLDEN").is_some() {
            fs::write(&path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
            continue;
        }
        for (now, expected) in now.iter().zip(&cases) {
            let place = format!("{}: {}", path.display(), expected.what);
            assert_eq!(now.event, expected.event, "{place}");
            assert_eq!(now.left, expected.left, "{place}");
            assert_eq!(now.understood, expected.understood, "{place}");
        }
    }
}

#[test]
fn each_row_of_the_mapping_is_shown() {
    let used: BTreeSet<*const Rule> = cases()
        .flat_map(|case| Event::of(&case.record).values)
        .map(|value| std::ptr::from_ref(value.rule))
        .collect();
    let unused: Vec<_> = rules()
        .filter(|rule| !used.contains(&std::ptr::from_ref(*rule)))
        .collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn the_schema_takes_each_event() {
    let events: Vec<_> = cases().map(|case| case.event.to_string()).collect();
    schema::takes(&events);
}
