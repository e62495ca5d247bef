//! The end of a world: nothing goes wrong any more, and everything must come right.

use std::rc::Rc;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use zoomlogs_core::collector::Settings;
use zoomlogs_core::event::Event as Invocation;

use crate::oracle::{Violation, broken};
use crate::process::Process;
use crate::scenario::Campaign;
use crate::simulation::Simulation;
use crate::tally::Kind;
use crate::world::{Event, World, note};

/// How many runs may pass until the backlog is gone, once nothing goes wrong any more.
const RUNS_TO_DELIVER: u32 = 12;

/// How many runs may pass until every day is settled, once all of them may.
const RUNS_TO_SETTLE: u32 = 6;

impl Simulation {
    /// What is missing arrives, and every day settles. The feed and the lifecycle rules go on as before.
    pub(crate) fn calm(&mut self) -> Result<(), Violation> {
        let world = Rc::clone(&self.world);
        note!(world, "nothing goes wrong any more");
        world.troubled.set(false);
        world.update_secret();
        // Quota and budget are of a day, and so is what Zoom asked to wait for; a day whose pages made no sense waits an
        // hour. Where nothing of that can have happened, the schedule just goes on.
        let begins = if self.has_too_little() || world.scenario.chances.zoom > 0.0 {
            midnight_after(world.now()) + TimeDelta::hours(1)
        } else {
            world.now() + world.scenario.schedule
        };
        self.pass_until(begins);
        let mut timeout = world.scenario.timeout;
        let settings = world.scenario.collector.clone();
        if self.has_too_little() {
            timeout = TimeDelta::seconds(900);
            let settings = Settings {
                daily_request_budget: 1_000_000,
                ..settings.clone()
            };
            world.zoom.borrow_mut().settings.per_day = 1_000_000;
            self.warm = vec![Rc::new(Process::start(&world, settings))];
        }

        // A row that lies deep is found by the next sweep.
        let gap = settings.full_sweep.max(world.scenario.schedule);
        let delivered = self.run_until(RUNS_TO_DELIVER, timeout, gap, |world| {
            let start = world.start()?;
            Some(world.oracle.borrow().missing(start) == 0)
        })?;
        if !delivered && self.campaign != Campaign::ShuffledRows {
            return Err(self.unfinished(RUNS_TO_DELIVER));
        }

        let Some(last_day) = world.oracle.borrow().last_day() else {
            return Ok(());
        };
        let end = midnight_after(last_day.and_time(NaiveTime::MIN).and_utc());
        self.pass_until(end + settings.late_arrival);
        // A sweep that still found something is followed by another, a full sweep's interval later.
        let settled = self.run_until(RUNS_TO_SETTLE, timeout, gap, |world| {
            let oracle = world.oracle.borrow();
            Some(oracle.checkpoint.as_ref()?.settled_through >= last_day)
        })?;
        match world.start() {
            _ if self.campaign == Campaign::ShuffledRows => Ok(()),
            _ if !settled => broken!("after {RUNS_TO_SETTLE} runs {last_day} is not settled"),
            Some(start) => world.oracle.borrow().check_whole(start),
            None => Ok(()),
        }
    }

    /// Whether what the function is given may not suffice for what has piled up: a budget or a quota of some hundred
    /// requests, half a year of days, or less time than a day takes. (A day that cannot be read in one run goes on from its
    /// page token; when that is dead by the next run, it never ends.)
    fn has_too_little(&self) -> bool {
        let scenario = &self.world.scenario;
        scenario.collector.daily_request_budget < 10_000
            || scenario.zoom.per_day < 10_000
            || scenario.timeout < TimeDelta::seconds(60)
            || self.world.tally.get(Kind::LongOutage) > 0
    }

    /// Runs by the schedule until `done` holds. False if it does not within `most` runs.
    fn run_until(
        &mut self,
        most: u32,
        timeout: TimeDelta,
        gap: TimeDelta,
        done: impl Fn(&World) -> Option<bool>,
    ) -> Result<bool, Violation> {
        for _ in 0..most {
            self.begin(Invocation::RUN, timeout, u32::MAX);
            self.drain()?;
            self.pass_until(self.world.now() + gap);
            self.world.feed();
            self.world.lifecycle();
            if done(&self.world) == Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn unfinished(&self, runs: u32) -> Violation {
        let start = self.world.start();
        let lacking = start.and_then(|start| self.world.oracle.borrow().check_whole(start).err());
        let lacking = lacking.map_or_else(String::new, |violation| violation.0);
        Violation(format!("{runs} runs after the last fault, {lacking}"))
    }

    /// Lets time pass in which nothing happens.
    fn pass_until(&self, moment: DateTime<Utc>) {
        self.world.timeline.plan(moment, Event::Wake(0));
        while self.world.timeline.next().is_some() {}
    }
}

fn midnight_after(moment: DateTime<Utc>) -> DateTime<Utc> {
    (moment.date_naive() + TimeDelta::days(1))
        .and_time(NaiveTime::MIN)
        .and_utc()
}
