//! One side with a bucket of its own, and what its runs cost.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use chrono::Utc;
use local_stack::{Bucket, Invocation, Outcome, RuntimeApi};
use serde_json::{Value, json};
use zoom_simulator::Endpoint;

use crate::{
    process,
    sample::Sample,
    setting::{Setting, canonical},
    side::{PREFIX, Side},
};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    setting: &'a Setting,
    pub(crate) side: Side,
    pub(crate) bucket: Bucket,
    function: RuntimeApi,
}

impl<'a> Trial<'a> {
    /// A side with a bucket of its own, which reads today from Zoom unless `variables` say otherwise.
    pub(crate) async fn prepare(
        setting: &'a Setting,
        side: Side,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let bucket = setting.bucket(side).await?;
        let function = setting.function(side, None, &bucket, variables)?;
        Ok(Self::new(setting, side, bucket, function))
    }

    pub(crate) const fn new(
        setting: &'a Setting,
        side: Side,
        bucket: Bucket,
        function: RuntimeApi,
    ) -> Self {
        Self {
            setting,
            side,
            bucket,
            function,
        }
    }

    /// The same bucket under another function.
    pub(crate) fn beside(&self, variables: &[(&str, &str)]) -> Result<Self> {
        let function = self
            .setting
            .function(self.side, None, &self.bucket, variables)?;
        let bucket = self.bucket.clone();
        Ok(Self::new(self.setting, self.side, bucket, function))
    }

    /// A run in a new process.
    pub(crate) async fn cold(&self) -> Result<Sample> {
        self.function.restart().await;
        self.run().await
    }

    /// A run in the process that there is, or in a new one if there is none.
    pub(crate) async fn run(&self) -> Result<Sample> {
        let (sample, run) = self.attempt().await?;
        match run.outcome {
            Outcome::Answer(_) => Ok(sample),
            other => bail!("{:?} failed: {other:?}\n{}", self.side, run.log),
        }
    }

    /// A run that may fail; what it cost is known if its process is still there.
    pub(crate) async fn attempt(&self) -> Result<(Sample, Invocation)> {
        let Self {
            setting, function, ..
        } = self;
        setting.relay.take();
        setting.zoom.world().clear_requests();
        let before = match function.pid() {
            Some(pid) => {
                process::forget_peak(pid)?;
                Some(process::cpu(pid)?)
            }
            None => None,
        };
        let started = Utc::now();
        let run = function.invoke(json!({})).await?;
        let mut sample = Sample {
            runs: 1,
            wall: run.duration.as_secs_f64(),
            aws: setting.relay.take(),
            ..Sample::default()
        };
        if let Some(pid) = function.pid() {
            let cpu = process::cpu(pid)?.saturating_sub(before.unwrap_or_default());
            sample.cpu = cpu.as_secs_f64();
            sample.peak = process::peak(pid)?;
        }
        if let Outcome::Answer(answer) = &run.outcome {
            sample.written = answer["written"].as_u64().unwrap_or_default();
        }
        let world = setting.zoom.world();
        for request in world.requests() {
            let after = (request.time - started).as_seconds_f64();
            if before.is_none() {
                sample.first_request.get_or_insert(after);
            }
            match request.endpoint {
                Endpoint::OAuth => sample.zoom_tokens += 1,
                _ => {
                    sample.zoom_pages += 1;
                    if before.is_none() {
                        sample.first_page.get_or_insert(after);
                    }
                }
            }
            sample.zoom_refused += u64::from(request.status != Some(200));
            sample.zoom_bytes += request.bytes;
        }
        Ok((sample, run))
    }

    /// Runs until a run has nothing left to do. Returns the first run's sample.
    pub(crate) async fn settle(&self) -> Result<Sample> {
        let first = self.run().await?;
        if self.side == Side::Ours {
            for _ in 0..10 {
                let run = self.function.invoke(json!({})).await?;
                let answer = run.answer()?;
                if answer["written"] == 0 && answer["complete"] == Value::Bool(true) {
                    return Ok(first);
                }
            }
            bail!("after ten runs there is still something to deliver");
        }
        Ok(first)
    }

    /// How large the checkpoint or the state is.
    pub(crate) async fn state_bytes(&self) -> Result<u64> {
        Ok(self.bucket.read(self.side.state_key()).await?.len() as u64)
    }

    /// Compares the bucket with Zoom: how many records it has for each one of Zoom's, and how many of Zoom's it lacks.
    pub(crate) async fn delivered(&self) -> Result<(f64, u64)> {
        let truth = self.setting.truth();
        let mut owed: BTreeMap<String, u64> = BTreeMap::new();
        for record in &truth {
            *owed.entry(record.clone()).or_default() += 1;
        }
        let mut there: u64 = 0;
        let keys = self.bucket.keys(PREFIX).await?;
        for key in keys.iter().filter(|key| key.ends_with(".json.gz")) {
            for line in self.bucket.lines(key).await? {
                there += 1;
                if let Some(count) = owed.get_mut(&canonical(&line)) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        let all = u32::try_from(truth.len()).context("too many records")?;
        let there = u32::try_from(there).context("too many lines")?;
        Ok((
            f64::from(there) / f64::from(all.max(1)),
            owed.values().sum(),
        ))
    }

    /// Ends the process.
    pub(crate) async fn end(&self) {
        self.function.restart().await;
    }
}
