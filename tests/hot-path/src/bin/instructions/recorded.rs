//! What is recorded, in the repository.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::machine::Machine;

/// Where.
pub(crate) const FILE: &str = "tests/hot-path/instructions.json";

/// The instructions of each step, and where they were counted.
pub(crate) struct Recorded {
    pub(crate) machine: Machine,
    pub(crate) steps: BTreeMap<String, u64>,
}

impl Recorded {
    /// Nothing yet.
    pub(crate) fn on(machine: Machine) -> Self {
        Self {
            machine,
            steps: BTreeMap::new(),
        }
    }

    pub(crate) fn read() -> Result<Self, String> {
        let text = std::fs::read_to_string(path()).map_err(|error| format!("{FILE}: {error}"))?;
        let json: Value =
            serde_json::from_str(&text).map_err(|error| format!("{FILE}: {error}"))?;
        let steps = json["instructions"].as_object().into_iter().flatten();
        Ok(Self {
            machine: Machine::of(&json["machine"]),
            steps: steps
                .filter_map(|(step, count)| Some((step.clone(), count.as_u64()?)))
                .collect(),
        })
    }

    pub(crate) fn write(&self) -> Result<(), String> {
        let json = json!({ "machine": self.machine.to_json(), "instructions": self.steps });
        std::fs::write(path(), format!("{json:#}\n")).map_err(|error| format!("{FILE}: {error}"))
    }
}

fn path() -> String {
    format!("{}/instructions.json", env!("CARGO_MANIFEST_DIR"))
}
