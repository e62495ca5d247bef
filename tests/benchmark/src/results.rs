//! All that was measured, as it is kept in `docs/benchmark/results.json`.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::{
    machine::Machine, packages::Packages, sample::Sample, scenario::Scenario, side::Side,
    statistics::Spread,
};

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Results {
    /// What it was measured on, and when.
    pub(crate) machine: Machine,
    /// How large the packages are.
    pub(crate) packages: Option<Packages>,
    /// Both sides' samples.
    pub(crate) cases: Vec<Case>,
    /// What passed under which limit of memory.
    pub(crate) limits: Vec<Limited>,
}

/// Both sides doing the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Case {
    /// What they do.
    pub(crate) scenario: Scenario,
    /// Which variant of it.
    pub(crate) name: String,
    /// How many records Zoom has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<u64>,
    /// How many milliseconds Zoom takes for a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latency: Option<u64>,
    /// How many requests a second are allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u32>,
    /// This project's function.
    pub(crate) ours: Vec<Sample>,
    /// The guide's.
    pub(crate) guide: Vec<Sample>,
}

/// A day of many records under a limit of memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Limited {
    /// Whose function.
    pub(crate) side: Side,
    /// By which means memory is limited.
    pub(crate) means: String,
    /// To how many MiB.
    pub(crate) mebibytes: u64,
    /// How many records the day has.
    pub(crate) records: u64,
    /// Whether the run came to its end.
    pub(crate) passed: bool,
    /// How it ended.
    pub(crate) ended: String,
    /// Its cost, as far as it was there to be asked.
    pub(crate) sample: Sample,
}

impl Results {
    /// What was kept; nothing if there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read(path).with_context(|| path.display().to_string())?;
        serde_json::from_slice(&text).with_context(|| path.display().to_string())
    }

    /// Keeps it.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text).with_context(|| path.display().to_string())
    }

    /// The case of this name.
    pub(crate) fn case(&self, scenario: Scenario, name: &str) -> Option<&Case> {
        self.of(scenario).find(|case| case.name == name)
    }

    /// The cases of a scenario.
    pub(crate) fn of(&self, scenario: Scenario) -> impl Iterator<Item = &Case> {
        self.cases
            .iter()
            .filter(move |case| case.scenario == scenario)
    }
}

impl Case {
    pub(crate) const fn new(scenario: Scenario, name: String) -> Self {
        Self {
            scenario,
            name,
            records: None,
            latency: None,
            limit: None,
            ours: Vec::new(),
            guide: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, side: Side, sample: Sample) {
        match side {
            Side::Ours => self.ours.push(sample),
            Side::Guide => self.guide.push(sample),
        }
    }

    pub(crate) fn samples(&self, side: Side) -> &[Sample] {
        match side {
            Side::Ours => &self.ours,
            Side::Guide => &self.guide,
        }
    }

    /// The spread of what `measure` finds in a side's samples.
    pub(crate) fn spread(
        &self,
        side: Side,
        measure: impl Fn(&Sample) -> Option<f64>,
    ) -> Option<Spread> {
        Spread::of(self.samples(side).iter().filter_map(measure))
    }
}
