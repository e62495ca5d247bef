//! Everything that is running, and what came of the last run, seen from outside.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use local_stack::{Deployment, Function, Stack};
use zoom_simulator::Report;

use crate::{
    account::Account,
    telling::{Telling, count},
};

/// See the [module](self).
pub(crate) struct Scene {
    pub(crate) telling: Telling,
    pub(crate) account: Account,
    pub(crate) stack: Stack,
    pub(crate) deployment: Deployment,
    pub(crate) seen: BTreeMap<Report, Seen>,
}

/// What was seen of a report so far.
#[derive(Default)]
pub(crate) struct Seen {
    /// The log streams of its runs.
    pub(crate) runs: BTreeSet<String>,
    /// Its keys in the bucket.
    pub(crate) keys: Vec<String>,
}

/// What a run did.
pub(crate) struct Effect {
    pub(crate) objects: Vec<String>,
    pub(crate) records: usize,
    /// The requests to Zoom's report, by day.
    pub(crate) asked: BTreeMap<String, usize>,
}

impl Scene {
    pub(crate) fn heading(&mut self, text: &str) {
        self.telling.heading(text);
    }

    pub(crate) fn function(&self, report: Report) -> Function<'_> {
        self.stack.function(self.deployment.report(report.name()))
    }

    pub(crate) fn seen(&mut self, report: Report) -> &mut Seen {
        self.seen.entry(report).or_default()
    }

    /// Looks what came of the last run, and says it: new keys, what is in them, and what Zoom was asked.
    pub(crate) async fn tell_effect(&mut self, report: Report, how: &str) -> Result<Effect> {
        let bucket = self.stack.bucket(&self.deployment.bucket);
        let prefix = &self.deployment.report(report.name()).s3_prefix;
        let keys = bucket.keys(prefix).await?;
        let known = &self.seen(report).keys;
        let new = keys.iter().filter(|key| !known.contains(key)).cloned();
        let objects: Vec<String> = new.collect();
        self.seen(report).keys = keys;
        let mut records = 0;
        for key in &objects {
            records += bucket.lines(key).await?.len();
        }
        let effect = Effect {
            records,
            asked: self.account.asked(report),
            objects,
        };
        self.telling.say(format!(
            "{}, {how}: {} records, {} new objects, {} requests to Zoom's report",
            self.deployment.report(report.name()).function_name,
            count(effect.records),
            effect.objects.len(),
            effect.asked.values().sum::<usize>()
        ));
        Ok(effect)
    }
}
