//! The replay of one function: what it will cost, one day after the other, and what came of them.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use zoomlogs_aws::config::Config;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::calendar::DayRange;
use zoomlogs_core::clock::Clock as _;

use super::day::{End, Replayer, take};
use super::error::ReplayError;
use super::estimate::Estimate;
use super::progress::DayProgress;
use super::state_file::StateFile;
use super::text::{Counts, DayRow, Replayed};
use super::watch::Watch;
use crate::checkpoint::{self, Found};
use crate::invocation::{Failure, Invoker, Outcome};
use crate::output::Output;
use crate::target::{Configuration, Target, TargetError};
use crate::wording::minute;

/// How much longer than a run may take a run under way is waited for.
const SLACK: Duration = Duration::from_secs(60);

/// The replay of one function.
pub struct Replay<'a> {
    pub target: &'a Target,
    pub range: DayRange,
    pub output: &'a Output,
}

impl Replay<'_> {
    /// Replays the days that are not done. The state is handed on: it stays until it was told what came of them.
    pub async fn run(
        &self,
        file: Option<&Path>,
        anew: bool,
    ) -> Result<(Replayed, StateFile), ReplayError> {
        let target = self.target;
        let configuration = target.configuration().await.map_err(TargetError::from)?;
        let config = configuration.parse(&target.function)?;
        let now = SystemClock.now();
        let mut file = StateFile::open(&configuration.arn, self.range, file, anew, now)?;
        if !file.is_begun {
            self.range.within_history(now.date_naive())?;
        }
        // Whether it can be written is better known before the first invocation.
        file.save()?;
        let all: Vec<_> = self.range.iter().collect();
        let done = file.progress.done();
        if done > 0 || !file.progress.days.is_empty() {
            self.output.remark(&format!(
                "{}: going on with the replay that was begun {}; {done} of {} days are done (--anew begins again).",
                target.function,
                minute(file.progress.begun),
                all.len()
            ));
        }
        let open: Vec<_> = all
            .iter()
            .copied()
            .filter(|day| !file.progress.days.get(day).is_some_and(|day| day.done))
            .collect();
        let estimate = self.estimate(&config, &open).await;
        let replayer = self.replayer(&configuration);

        let mut stopped = None;
        {
            let watch = Watch::new(self.output, all.len() as u64, done as u64);
            for &day in &open {
                watch.begin(format!("{} {day}", config.settings.report.name));
                match replayer.replay(day, &mut file, &watch).await {
                    Err(error) => stopped = Some(stopped_at(day, &error)),
                    Ok(End::HeldUp) => stopped = Some(self.held_up(day, &config).await),
                    Ok(end) => {
                        let nth = all.iter().position(|other| *other == day).unwrap_or(0) + 1;
                        watch.day_is_through(nth, &DayRow::of(day, file.day(day)).line());
                        if let End::Failed(failure) = &end {
                            stopped = self.stopped_by(day, failure);
                        }
                    }
                }
                if stopped.is_some() {
                    break;
                }
            }
        }

        let days: Vec<_> = all
            .iter()
            .map(|&day| DayRow::of(day, file.day(day)))
            .collect();
        let is_over = all.iter().all(|&day| file.day(day).is_over());
        let replayed = Replayed {
            state: (!is_over).then(|| file.path().to_owned()),
            begun: file.progress.begun,
            dry_run: false,
            ..self.replayed(&config, estimate, days, stopped)
        };
        Ok((replayed, file))
    }

    /// Reads each day and delivers nothing. A day that is too long for one run cannot be gone on with: nothing is kept.
    pub async fn try_out(&self) -> Result<Replayed, ReplayError> {
        self.range.within_history(SystemClock.now().date_naive())?;
        let target = self.target;
        let configuration = target.configuration().await.map_err(TargetError::from)?;
        let config = configuration.parse(&target.function)?;
        let all: Vec<_> = self.range.iter().collect();
        let estimate = self.estimate(&config, &all).await;
        let replayer = self.replayer(&configuration);
        let (mut days, mut stopped) = (Vec::new(), None);
        {
            let watch = Watch::new(self.output, all.len() as u64, 0);
            for &day in &all {
                watch.begin(format!("{} {day}", config.settings.report.name));
                let mut seen = DayProgress::default();
                let end = match replayer.try_out(day, &watch).await {
                    Err(error) => {
                        seen.unheard = error.leaves_unheard();
                        stopped = Some(stopped_at(day, &error));
                        None
                    }
                    Ok(ran) => {
                        seen.invocations = 1;
                        match ran.outcome {
                            Outcome::Failed { error, .. } => Some(End::Failed(error.failure)),
                            Outcome::Answered(answer) => take(&mut seen, day, &answer),
                        }
                    }
                };
                match end {
                    Some(End::Failed(failure)) => {
                        stopped = self.stopped_by(day, &failure);
                        seen.failure = Some(failure);
                    }
                    Some(End::HeldUp) => stopped = Some(self.held_up(day, &config).await),
                    Some(End::Done) | None => {}
                }
                let row = DayRow::of(day, &seen);
                watch.day_is_through(days.len() + 1, &row.line());
                days.push(row);
                if stopped.is_some() {
                    break;
                }
            }
        }
        Ok(self.replayed(&config, estimate, days, stopped))
    }

    fn replayer<'a>(&'a self, configuration: &'a Configuration) -> Replayer<'a> {
        Replayer {
            invoker: Invoker::new(self.target, configuration),
            patience: configuration.timeout + SLACK,
        }
    }

    /// Says what it will cost.
    async fn estimate(&self, config: &Config, days: &[NaiveDate]) -> Estimate {
        let checkpoint = match checkpoint::read(&self.target.aws, config).await {
            Ok(Found::Whole(checkpoint)) => Some(checkpoint),
            Ok(_) => None,
            Err(error) => {
                self.output.remark(&format!(
                    "The estimate knows nothing of earlier runs, because the checkpoint cannot be read: {error}"
                ));
                None
            }
        };
        let estimate = Estimate::of(days, checkpoint.as_deref(), config, SystemClock.now());
        self.output
            .remark(&format!("{}: {estimate}", self.target.function));
        estimate
    }

    /// Why the days after this one are not tried, if its failure would be theirs too.
    fn stopped_by(&self, day: NaiveDate, failure: &Failure) -> Option<String> {
        (failure.concerns_every_day() && day != self.range.to)
            .then(|| format!("the days after {day} were not tried: they would fail alike"))
    }

    /// Why no request could be made, and when one can be.
    async fn held_up(&self, day: NaiveDate, config: &Config) -> String {
        let now = SystemClock.now();
        let budget = config.settings.daily_request_budget;
        let why = match checkpoint::read(&self.target.aws, config).await {
            Ok(Found::Whole(checkpoint)) => {
                match checkpoint.paused_until.filter(|&until| until > now) {
                    Some(until) => format!("Zoom asked for no request until {}", minute(until)),
                    None if checkpoint.requests.on(now.date_naive()) >= budget => {
                        format!("today's {budget} requests to Zoom are spent; there are new ones at 00:00 UTC")
                    }
                    None => "the function made no request; its log says why".to_owned(),
                }
            }
            _ => "the function made no request: its budget is spent until 00:00 UTC, or Zoom asked for a pause; zoomlogs status \
                  says which"
                .to_owned(),
        };
        stopped_at(day, &why)
    }

    fn replayed(
        &self,
        config: &Config,
        estimate: Estimate,
        days: Vec<DayRow>,
        stopped: Option<String>,
    ) -> Replayed {
        Replayed {
            function: self.target.function.clone(),
            report: config.settings.report.name,
            from: self.range.from,
            to: self.range.to,
            dry_run: true,
            begun: SystemClock.now(),
            estimate,
            total: Counts::sum(days.iter().map(|day| &day.counts)),
            days,
            stopped,
            state: None,
        }
    }
}

fn stopped_at(day: NaiveDate, why: &impl fmt::Display) -> String {
    format!("stopped at {day}: {why}")
}
