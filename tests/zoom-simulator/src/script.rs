//! When something goes wrong.

use chrono::NaiveDate;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Kind};
use crate::report::Report;
use crate::request::Endpoint;

/// A [`Fault`] and the requests it happens to: every condition must hold. Unless said otherwise it happens once, to the
/// next request for any report (to the next one for a token, if it is [`Fault::InvalidClient`]).
///
/// Of several scripts that fit a request, all that change the account or add latency fire; of the others the first one
/// fires and the rest wait for a later request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What happens.
    fault: Fault,
    /// To requests for this endpoint.
    on: Option<Endpoint>,
    /// To requests for this report; without it, for any.
    report: Option<Report>,
    /// To the endpoint's request of this number, counted from 1 since the world began.
    request: Option<u64>,
    /// To queries that include this day.
    date: Option<NaiveDate>,
    /// To this page, counted from 1.
    page: Option<usize>,
    /// So many requests that fit are spared first.
    #[serde(default)]
    skip: u32,
    /// How often it happens; null for always.
    #[serde(default = "once")]
    times: Option<u32>,
    /// With which probability it happens to a request that fits.
    chance: Option<f64>,
}

fn once() -> Option<u32> {
    Some(1)
}

impl Script {
    /// `fault`, once, to the next request.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            on: None,
            report: None,
            request: None,
            date: None,
            page: None,
            skip: 0,
            times: once(),
            chance: None,
        }
    }

    /// To requests for `endpoint`.
    #[must_use]
    pub fn on(self, endpoint: Endpoint) -> Self {
        Self {
            on: Some(endpoint),
            ..self
        }
    }

    /// To requests for `report`.
    #[must_use]
    pub fn of(self, report: Report) -> Self {
        Self {
            report: Some(report),
            ..self
        }
    }

    /// To the request of this number, counted from 1 since the world began.
    #[must_use]
    pub fn at_request(self, number: u64) -> Self {
        Self {
            request: Some(number),
            ..self
        }
    }

    /// To queries that include this day.
    #[must_use]
    pub fn on_day(self, date: NaiveDate) -> Self {
        Self {
            date: Some(date),
            ..self
        }
    }

    /// To this page, counted from 1.
    #[must_use]
    pub fn at_page(self, page: usize) -> Self {
        Self {
            page: Some(page),
            ..self
        }
    }

    /// Sparing the first `count` requests that fit.
    #[must_use]
    pub fn after(self, count: u32) -> Self {
        Self {
            skip: count,
            ..self
        }
    }

    /// So many times.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self {
            times: Some(count),
            ..self
        }
    }

    /// To every request that fits, without end.
    #[must_use]
    pub fn always(self) -> Self {
        Self {
            times: None,
            ..self
        }
    }

    /// To every request that fits with this probability, without end.
    #[must_use]
    pub fn with_chance(self, probability: f64) -> Self {
        Self {
            chance: Some(probability.clamp(0.0, 1.0)),
            times: None,
            ..self
        }
    }

    fn fits(&self, asked: &Asked) -> bool {
        self.times != Some(0)
            && self.on.unwrap_or(self.fault.endpoint()) == asked.endpoint
            && self
                .report
                .is_none_or(|report| asked.report == Some(report))
            && self.request.is_none_or(|number| number == asked.number)
            && self.date.is_none_or(|date| {
                asked
                    .days
                    .is_some_and(|(from, to)| (from..=to).contains(&date))
            })
            && self.page.is_none_or(|page| asked.page == Some(page))
    }
}

/// What a script can tell requests apart by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) endpoint: Endpoint,
    pub(crate) report: Option<Report>,
    pub(crate) number: u64,
    pub(crate) days: Option<(NaiveDate, NaiveDate)>,
    pub(crate) page: Option<usize>,
}

/// The scripts still to be played.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scripts(Vec<Script>);

impl Scripts {
    pub(crate) fn add(&mut self, script: Script) {
        self.0.push(script);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn pending(&self) -> &[Script] {
        &self.0
    }

    /// The faults that happen to a request, in the order of their scripts.
    pub(crate) fn play(&mut self, asked: &Asked, rng: &mut ChaCha8Rng) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        for script in self.0.iter_mut().filter(|script| script.fits(asked)) {
            let decided = faults.iter().any(|fault| fault.kind() == Kind::Outcome);
            if decided && script.fault.kind() == Kind::Outcome {
                continue;
            }
            if script.skip > 0 {
                script.skip -= 1;
                continue;
            }
            if script
                .chance
                .is_some_and(|probability| !rng.random_bool(probability.clamp(0.0, 1.0)))
            {
                continue;
            }
            if let Some(times) = &mut script.times {
                *times -= 1;
            }
            faults.push(script.fault.clone());
        }
        self.0.retain(|script| script.times != Some(0));
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::truth::Place;
    use rand::SeedableRng;

    fn asked(number: u64) -> Asked {
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        Asked {
            endpoint: Endpoint::Report,
            report: Some(Report::OperationLogs),
            number,
            days: Some((date, date)),
            page: Some(1),
        }
    }

    /// Which of the first ten requests something happens to.
    fn played(script: Script, asked: impl Fn(u64) -> Asked) -> Vec<u64> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut scripts = Scripts::default();
        scripts.add(script);
        (1..=10)
            .filter(|number| !scripts.play(&asked(*number), &mut rng).is_empty())
            .collect()
    }

    #[test]
    fn a_script_plays_to_the_requests_it_names() {
        let hang = || Script::new(Fault::Hang);
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let paged = |number| Asked {
            page: usize::try_from(number).ok(),
            ..asked(number)
        };
        assert_eq!(played(hang(), asked), [1]);
        assert_eq!(played(hang().times(3), asked), [1, 2, 3]);
        assert_eq!(played(hang().after(2).times(2), asked), [3, 4]);
        assert_eq!(played(hang().at_request(7), asked), [7]);
        assert_eq!(played(hang().always(), asked).len(), 10);
        assert_eq!(played(hang().on_day(date).at_page(4).always(), paged), [4]);
        assert_eq!(
            played(hang().on_day(date.succ_opt().unwrap()).always(), asked),
            [0; 0]
        );
        assert_eq!(played(hang().on(Endpoint::OAuth).always(), asked), [0; 0]);
        assert_eq!(
            played(Script::new(Fault::InvalidClient).always(), asked),
            [0; 0]
        );
    }

    #[test]
    fn chance_is_drawn_from_the_seed() {
        let sometimes = || Script::new(Fault::Hang).with_chance(0.5);
        let drawn = played(sometimes(), asked);
        assert!(!drawn.is_empty() && drawn.len() < 10, "{drawn:?}");
        assert_eq!(played(sometimes(), asked), drawn);
        assert_eq!(
            played(Script::new(Fault::Hang).with_chance(0.0), asked),
            [0; 0]
        );
    }

    #[test]
    fn one_outcome_at_a_time_with_any_number_of_changes_and_delays() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut scripts = Scripts::default();
        let faults = [
            Fault::Hang,
            Fault::Latency(1),
            Fault::Status(500),
            Fault::PageTokensForgotten,
            Fault::Latency(2),
        ];
        for fault in faults {
            scripts.add(Script::new(fault));
        }
        let first = [
            Fault::Hang,
            Fault::Latency(1),
            Fault::PageTokensForgotten,
            Fault::Latency(2),
        ];
        assert_eq!(scripts.play(&asked(1), &mut rng), first);
        assert_eq!(scripts.play(&asked(2), &mut rng), [Fault::Status(500)]);
        assert_eq!(scripts.pending(), []);
    }

    #[test]
    fn a_script_is_read_from_json() {
        let json = r#"{"fault":{"arrival":{"date":"2026-11-22","place":{"at":3},"records":[{"z":1.0,"a":2}]}},"page":2}"#;
        let script: Script = serde_json::from_str(json).unwrap();
        let record = Record::from_json(r#"{"z":1.0,"a":2}"#).unwrap();
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let arrival = Fault::Arrival {
            date,
            place: Place::At(3),
            records: vec![record],
        };
        assert_eq!(script, Script::new(arrival).at_page(2));
        let always: Script =
            serde_json::from_str(r#"{"fault":"hang","on":"oauth","times":null}"#).unwrap();
        assert_eq!(
            always,
            Script::new(Fault::Hang).on(Endpoint::OAuth).always()
        );
        assert!(serde_json::from_str::<Script>(r#"{"fault":"hang","when":1}"#).is_err());
    }
}
