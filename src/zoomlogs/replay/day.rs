//! One day: invocations until it is read to its end, or does not get any further.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use chrono::NaiveDate;
use serde_json::{Value, json};
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::answer::Answer;
use zoomlogs_core::calendar::earliest_day;
use zoomlogs_core::clock::Clock as _;
use zoomlogs_core::failure_kind::FailureKind;

use super::progress::DayProgress;
use super::state_file::{StateFile, StateFileError};
use super::watch::Watch;
use crate::invocation::{Failure, InvocationError, Invoker, Outcome, Ran};

/// How often a lost answer is made up for by another invocation.
const LOST_ANSWERS: u32 = 3;

/// How often one command invokes the function for one day: far more than a day of a million records takes. One that needs more
/// does not get to its end.
const INVOCATIONS: u64 = 100;

/// How it ended with a day.
#[derive(Debug)]
pub enum End {
    Done,
    /// This day failed.
    Failed(Failure),
    /// No request could be made: there is no budget left, or Zoom asked for a pause.
    HeldUp,
}

/// Why a day did not end at all.
#[derive(Debug, Error)]
pub enum NoEnd {
    #[error(transparent)]
    Invocation(InvocationError),
    #[error(transparent)]
    StateFile(#[from] StateFileError),
}

/// Replays days of one function.
#[derive(Debug)]
pub struct Replayer<'a> {
    pub invoker: Invoker<'a>,
    /// How long a run under way is waited for.
    pub patience: Duration,
}

impl Replayer<'_> {
    /// Replays a day, and keeps after each invocation what came of it.
    pub async fn replay(
        &self,
        day: NaiveDate,
        file: &mut StateFile,
        watch: &Watch<'_>,
    ) -> Result<End, NoEnd> {
        let event = json!({"from": day, "to": day});
        let (mut lost_answers, mut invocations) = (0, 0);
        loop {
            if is_forgotten(day) {
                let failure = beyond_history(day);
                file.day(day).failure = Some(failure.clone());
                file.save()?;
                return Ok(End::Failed(failure));
            }
            file.day(day).asking = true;
            file.save()?;
            let ran = self.ask(&event, watch).await;
            let state = file.day(day);
            state.asking = false;
            state.invocations += 1;
            invocations += 1;
            let end = match ran {
                Err(InvocationError::NoAnswer { .. }) if lost_answers < LOST_ANSWERS => {
                    state.unheard = true;
                    lost_answers += 1;
                    watch.say(&format!("{day}: the answer was lost; asking once more"));
                    None
                }
                Err(error) => {
                    state.unheard |= error.leaves_unheard();
                    file.save()?;
                    return Err(NoEnd::Invocation(error));
                }
                Ok(ran) => match ran.outcome {
                    // Its last day with Zoom ended between the look at the clock and the invocation.
                    Outcome::Failed { error, .. }
                        if error.failure.known_kind() == Some(FailureKind::EventNotUnderstood)
                            && is_forgotten(day) =>
                    {
                        Some(End::Failed(beyond_history(day)))
                    }
                    Outcome::Failed { error, .. } => {
                        // What it delivered before is not told.
                        state.unheard |= !error.failure.concerns_every_day();
                        Some(End::Failed(error.failure))
                    }
                    Outcome::Answered(answer) => take(state, day, &answer),
                },
            };
            let end =
                end.or_else(|| (invocations >= INVOCATIONS).then(|| End::Failed(endless(day))));
            state.failure = match &end {
                Some(End::Failed(failure)) => Some(failure.clone()),
                _ => None,
            };
            file.save()?;
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Asks what a replay of a day would do.
    pub async fn try_out(&self, day: NaiveDate, watch: &Watch<'_>) -> Result<Ran, InvocationError> {
        let event = json!({"from": day, "to": day, "dry_run": true});
        self.ask(&event, watch).await
    }

    /// Invokes the function as soon as it is not busy with another run: the schedule's, or one that an earlier command left
    /// behind.
    async fn ask(&self, event: &Value, watch: &Watch<'_>) -> Result<Ran, InvocationError> {
        let mut waited = Duration::ZERO;
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_secs(1))
            .with_max_delay(Duration::from_secs(30))
            .without_max_times()
            .build();
        loop {
            match self.invoker.invoke(event).await {
                Err(busy @ InvocationError::Busy { .. }) => {
                    let wait = waits.next().unwrap_or(Duration::from_secs(30));
                    if waited > self.patience {
                        return Err(busy);
                    }
                    if waited.is_zero() {
                        watch.say("The function is running just now; waiting for it to end");
                    }
                    SystemClock.sleep(wait).await;
                    waited += wait;
                }
                answer => return answer,
            }
        }
    }
}

/// Takes an answer in. None means that there is more to read.
pub fn take(progress: &mut DayProgress, day: NaiveDate, answer: &Answer) -> Option<End> {
    let of_day = answer.days.iter().find(|of_day| of_day.date == day);
    let (mut pages, mut swept) = (0, false);
    if let Some(counts) = of_day.map(|of_day| &of_day.counts) {
        (pages, swept) = (counts.pages, counts.swept);
        progress.written += counts.written;
        progress.pages += counts.pages;
        progress.in_zoom = counts.in_zoom.or(progress.in_zoom);
    }
    match (answer.complete, swept) {
        (true, true) => {
            progress.done = true;
            Some(End::Done)
        }
        (true, false) => Some(End::Failed(beyond_history(day))),
        (false, _) if pages == 0 => Some(End::HeldUp),
        (false, _) => None,
    }
}

/// Whether Zoom does not keep a day any more. The clock is asked each time: a replay of half a year takes more than a day.
fn is_forgotten(day: NaiveDate) -> bool {
    day < earliest_day(SystemClock.now().date_naive())
}

fn beyond_history(day: NaiveDate) -> Failure {
    Failure {
        kind: FailureKind::ZoomBeyondHistory.to_string(),
        message: format!("Zoom does not keep {day} any more"),
        advice: "What was delivered of it is in the bucket; there is nothing more to be had."
            .to_owned(),
    }
}

fn endless(day: NaiveDate) -> Failure {
    Failure {
        kind: "NotComplete".to_owned(),
        message: format!("{INVOCATIONS} invocations did not read {day} to its end"),
        advice: "Look into the function's log; Zoom may page this day without end.".to_owned(),
    }
}
