//! Measures one scenario, whichever it is.

use anyhow::Result;

use super::{Effort, Scenario, catch_up, day, fresh, growth, memory, quiet, runs96};
use crate::{packages, results::Results, setting::Setting};

/// Measures a scenario and puts what came of it into `results`, in place of what was there.
pub(crate) async fn measure(
    scenario: Scenario,
    setting: &Setting,
    effort: &Effort,
    results: &mut Results,
) -> Result<()> {
    let cases = match scenario {
        Scenario::Size => {
            results.packages = Some(packages::sizes()?);
            return Ok(());
        }
        Scenario::Memory => {
            results.limits = memory::measure(setting, effort).await?;
            return Ok(());
        }
        Scenario::Quiet => quiet::measure(setting, effort).await?,
        Scenario::Fresh => fresh::measure(setting, effort).await?,
        Scenario::Runs96 => runs96::measure(setting, effort).await?,
        Scenario::CatchUp => catch_up::measure(setting, effort).await?,
        Scenario::Day => day::measure(setting, effort).await?,
        Scenario::Growth => growth::measure(setting, effort).await?,
    };
    results.cases.retain(|case| case.scenario != scenario);
    results.cases.extend(cases);
    results.cases.sort_by_key(|case| case.scenario);
    Ok(())
}
