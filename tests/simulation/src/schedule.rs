//! When runs begin, of what kind, and what else happens until the next one.

use std::rc::Rc;

use chrono::TimeDelta;
use zoomlogs_core::calendar::DayRange;
use zoomlogs_core::calendar::earliest_day;
use zoomlogs_core::event::Event as Invocation;

use crate::simulation::Simulation;
use crate::tally::Kind;
use crate::world::Event;

impl Simulation {
    /// The schedule fires, and what happens until the next time is planned.
    pub(crate) fn fire(&mut self) {
        self.repeats.set(0);
        self.begin_some_run();
        let world = Rc::clone(&self.world);
        let chances = &world.scenario.chances;
        if world.chance(chances.second_run) {
            let whole_run = world.scenario.timeout.num_milliseconds();
            let most = world.pick(&[3_000, whole_run], 3_000);
            let delay = TimeDelta::milliseconds(world.between(0, most));
            world.timeline.plan_in(delay, Event::SecondRun);
        }
        self.firings -= 1;
        if self.firings == 0 {
            return;
        }
        let gap = self.gap();
        let sometime = || TimeDelta::seconds(world.between(0, gap.num_seconds()));
        for _ in 0..world.between(0, 2) {
            world.timeline.plan_in(sometime(), Event::Arrival);
        }
        // Rows of the last moment before a day may settle.
        let settling = world.next_settling();
        if settling <= world.now() + gap {
            let most = world.pick(&[5_000, 120_000], 5_000);
            let before = TimeDelta::milliseconds(world.between(1, most));
            world.timeline.plan(settling - before, Event::LastArrival);
        }
        if world.chance(chances.tamper) {
            // Between two runs, or in the midst of one.
            let midst = TimeDelta::milliseconds(world.between(0, 2_000));
            let delay = world.pick(&[sometime(), midst], midst);
            world.timeline.plan_in(delay, Event::Tampering);
        }
        if world.chance(chances.rotation) {
            world.timeline.plan_in(sometime(), Event::Rotation);
        }
        let soon = TimeDelta::milliseconds(world.between(0, 5_000));
        world.timeline.plan_in(soon, Event::Feed);
        world.timeline.plan_in(gap, Event::Feed);
        world.timeline.plan_in(gap, Event::Lifecycle);
        world.timeline.plan_in(gap, Event::Firing);
    }

    /// How long it is until the schedule fires the next time.
    fn gap(&self) -> TimeDelta {
        let world = &self.world;
        if world.chance(world.scenario.chances.long_outage) {
            world.tally.add(Kind::LongOutage);
            return TimeDelta::days(world.between(30, 230));
        }
        if world.chance(world.scenario.chances.outage) {
            world.tally.add(Kind::Outage);
            return TimeDelta::minutes(world.between(60, 3 * 24 * 60));
        }
        world.scenario.schedule
    }

    /// A run begins: the schedule's, or somebody's replay or trial.
    pub(crate) fn begin_some_run(&mut self) {
        let world = Rc::clone(&self.world);
        let chances = &world.scenario.chances;
        let mut invocation = Invocation::RUN;
        if world.chance(chances.replay) {
            invocation.replay = Some(self.some_days());
            world.tally.add(Kind::Replay);
        }
        if world.chance(chances.dry_run) {
            invocation.dry_run = true;
            world.tally.add(Kind::DryRun);
        }
        let mut timeout = world.scenario.timeout;
        if world.chance(chances.short_deadline) {
            timeout = TimeDelta::milliseconds(world.between(300, 8_000));
            world.tally.add(Kind::ShortDeadline);
        }
        let steps = if world.chance(chances.killed) {
            // At its beginning as often as far within.
            let most = world.pick(&[8, 30, 150], 30);
            world.between(1, most) as u32
        } else {
            u32::MAX
        };
        self.begin(invocation, timeout, steps);
    }

    /// Days to replay: the last ones, or some of half a year.
    fn some_days(&self) -> DayRange {
        let world = &self.world;
        let today = world.now().date_naive();
        let back = world.pick(&[4, 4, 4, 170], 4);
        let from = today - TimeDelta::days(world.between(0, back));
        let to = from + TimeDelta::days(world.between(0, 2));
        DayRange {
            from: from.max(earliest_day(today)),
            to: to.min(today),
        }
    }
}
