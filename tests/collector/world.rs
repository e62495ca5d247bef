//! The world of a test: a Zoom, a bucket, a clock, and runs of the collector in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use simulation::wire;
use support::{
    Call, FixedCredentials, Interpose, Interposed, ManualClock, MemoryStore, endpoints, finish,
    poll_once, step,
};
use zoom_simulator::Endpoint;
use zoomlogs_core::checkpoint::Checkpoint;
use zoomlogs_core::collector::{Collector, Limits, Outcome, Settings};
use zoomlogs_core::event::Event;
use zoomlogs_core::report::{OPERATION_LOGS, Report};
use zoomlogs_core::store::StoreError;
use zoomlogs_core::zoom::{Client, Request, Response, Transport, TransportError, Zoom};

pub const PREFIX: &str = "zoom/operationlogs/";
pub const STATE_KEY: &str = "zoom/state/operationlogs.json";

/// Between two scheduled runs.
pub const SCHEDULE: TimeDelta = TimeDelta::minutes(15);

/// What a run is given: the function's time-out.
const TIMEOUT: TimeDelta = TimeDelta::seconds(300);

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// See the [module](self).
pub struct World {
    pub clock: ManualClock,
    pub zoom: RefCell<zoom_simulator::World>,
    pub bucket: MemoryStore,
    pub settings: Settings,
    /// How long an invocation may take.
    pub timeout: TimeDelta,
}

impl World {
    /// A world at `now` in which nothing has happened, with a function that collects operation logs.
    pub fn new(now: &str) -> Self {
        Self::of(&OPERATION_LOGS, now)
    }

    /// The same with a function that collects `report`.
    pub fn of(report: &'static Report, now: &str) -> Self {
        let settings = Settings {
            report,
            s3_prefix: report.prefix(),
            state_key: report.state_key(),
            page_size: 300,
            start_date: None,
            late_arrival: TimeDelta::hours(48),
            full_sweep: TimeDelta::minutes(360),
            max_records_per_object: 50_000,
            daily_request_budget: 10_000,
            limits: Limits::default(),
        };
        Self {
            clock: ManualClock::new(at(now)),
            zoom: RefCell::new(zoom_simulator::World::new(7)),
            bucket: MemoryStore::new(),
            settings,
            timeout: TIMEOUT,
        }
    }

    /// The same, with `count` records in Zoom on each of `days`, equal ones among them.
    pub fn with_records(now: &str, days: &[&str], count: usize) -> Self {
        let world = Self::new(now);
        for day in days {
            world.arrive(day, count, 1);
        }
        world
    }

    /// The settings of the function that collects `report` beside this one.
    pub fn settings_of(&self, report: &'static Report) -> Settings {
        Settings {
            report,
            s3_prefix: report.prefix(),
            state_key: report.state_key(),
            ..self.settings.clone()
        }
    }

    /// The report that is collected, as Zoom knows it.
    pub fn report(&self) -> zoom_simulator::Report {
        zoom_simulator::Report::named(self.settings.report.name).unwrap()
    }

    /// Adds generated records of a day to Zoom: of today, such that are in the past.
    pub fn arrive(&self, date: &str, count: usize, seed: u64) {
        let date = day(date);
        let generator = zoom_simulator::Generator::new(seed).of(self.report());
        let records = if date == self.clock.now().date_naive() {
            generator.day_until(date, count, self.clock.now())
        } else {
            generator.day(date, count)
        };
        let mut zoom = self.zoom.borrow_mut();
        zoom.truth_of_mut(self.report()).add_all(date, records);
    }

    /// Adds one record to Zoom, where its time puts it.
    pub fn add(&self, date: &str, time: &str, detail: &str) {
        let record =
            zoom_simulator::Record::new(at(time), "ada@example.com", "User", "Add", detail);
        self.zoom.borrow_mut().truth.add(day(date), record);
    }

    /// Lets time pass.
    pub fn pass(&self, time: TimeDelta) {
        self.clock.pass(time);
    }

    fn collector(&self) -> Collector<impl Zoom, Interposed<&Self>, &ManualClock> {
        self.collector_with(self.settings.clone())
    }

    fn collector_with(
        &self,
        settings: Settings,
    ) -> Collector<impl Zoom, Interposed<&Self>, &ManualClock> {
        let credentials = FixedCredentials(wire::credentials(self.zoom.borrow().credentials()));
        let client = Client::new(
            endpoints(5),
            settings.report,
            self,
            credentials,
            &self.clock,
        );
        Collector::new(client, Interposed(self), &self.clock, settings)
    }

    /// Runs once, to the end.
    pub fn run(&self, event: Value) -> Outcome {
        let event = Event::parse(&event, self.clock.now()).unwrap();
        self.run_killed(&event, usize::MAX).expect("the run ends")
    }

    /// Runs once, as the schedule does; the run must succeed. Returns its answer.
    pub fn scheduled(&self) -> Value {
        let outcome = self.run(json!({}));
        assert_eq!(outcome.failure, None);
        serde_json::to_value(outcome.summary.answer()).unwrap()
    }

    /// Runs, but is killed after `steps` steps. None if it was.
    pub fn run_killed(&self, event: &Event, steps: usize) -> Option<Outcome> {
        let deadline = self.clock.now() + self.timeout;
        let collector = self.collector();
        let mut run = pin!(collector.run(event, deadline));
        (0..steps).find_map(|_| poll_once(run.as_mut()))
    }

    /// Runs twice at once: the two take steps in turns that `seed` chooses.
    pub fn run_twice_at_once(&self, seed: u64) -> [Outcome; 2] {
        let settings = [self.settings.clone(), self.settings.clone()];
        self.run_at_once(settings, seed, [usize::MAX; 2])
            .map(Option::unwrap)
    }

    /// Runs two functions at once, likewise. Each is killed after so many of its own steps; none for one that was.
    pub fn run_at_once(
        &self,
        settings: [Settings; 2],
        seed: u64,
        mut steps: [usize; 2],
    ) -> [Option<Outcome>; 2] {
        let deadline = self.clock.now() + self.timeout;
        let [one, other] = settings.map(|settings| self.collector_with(settings));
        let mut runs = [
            pin!(one.run(&Event::RUN, deadline)),
            pin!(other.run(&Event::RUN, deadline)),
        ];
        let mut outcomes = [None, None];
        let mut random = seed;
        while (0..2).any(|which| outcomes[which].is_none() && steps[which] > 0) {
            // Knuth's linear congruential generator; its high bits are random enough to shuffle two runs.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let turn = usize::from(random >> 63 == 1);
            if outcomes[turn].is_none() && steps[turn] > 0 {
                steps[turn] -= 1;
                outcomes[turn] = poll_once(runs[turn].as_mut());
            }
        }
        outcomes
    }

    /// Begins an ordinary run, lets `meanwhile` happen once Zoom has answered its first page, and lets it end.
    pub fn run_overtaken(&self, meanwhile: impl FnOnce()) -> Outcome {
        let collector = self.collector();
        let deadline = self.clock.now() + self.timeout;
        let mut run = pin!(collector.run(&Event::RUN, deadline));
        self.take_requests();
        while self.zoom.borrow().request_count(Endpoint::Report) == 0 {
            assert!(poll_once(run.as_mut()).is_none());
        }
        meanwhile();
        finish(run)
    }

    /// Begins an ordinary run, replays `date` within six seconds, which is not enough, and lets the ordinary run end.
    pub fn run_beside_a_cut_replay(&self, date: &str) {
        let collector = self.collector();
        let deadline = self.clock.now() + self.timeout;
        let mut ordinary = pin!(collector.run(&Event::RUN, deadline));
        // Until it has read the checkpoint.
        self.take_calls();
        while self.take_calls().is_empty() {
            assert!(poll_once(ordinary.as_mut()).is_none());
        }
        let event = Event::parse(&json!({"from": date, "to": date}), self.clock.now()).unwrap();
        let replay = self.collector();
        let deadline = self.clock.now() + TimeDelta::seconds(6);
        let replayed = finish(replay.run(&event, deadline));
        assert_eq!((replayed.failure, replayed.summary.complete), (None, false));
        finish(ordinary);
    }

    /// Runs by the schedule until a run has written nothing, and asserts that every record was delivered exactly
    /// once.
    pub fn run_until_delivered(&self) {
        for _ in 0..100 {
            let answer = self.scheduled();
            let done = answer["written"] == 0 && answer["complete"] == true;
            self.pass(SCHEDULE);
            if done && self.missing_and_doubled().is_empty() {
                return;
            }
        }
        self.assert_exactly_once();
        panic!("runs go on writing, or never complete");
    }

    /// Records of which the bucket's versions, deleted ones included, hold another number of copies than Zoom.
    pub fn missing_and_doubled(&self) -> BTreeMap<String, i64> {
        let mut balance: BTreeMap<String, i64> = BTreeMap::new();
        for (_, lines) in self.objects() {
            for line in lines {
                *balance.entry(line).or_default() += 1;
            }
        }
        let zoom = self.zoom.borrow();
        let truth = zoom.truth_of(self.report());
        for (&date, _) in truth.counts().iter() {
            for record in truth.day(date) {
                *balance.entry(record.json().to_owned()).or_default() -= 1;
            }
        }
        balance.retain(|_, difference| *difference != 0);
        balance
    }

    pub fn assert_exactly_once(&self) {
        let wrong = self.missing_and_doubled();
        let some: Vec<_> = wrong.iter().take(3).collect();
        assert!(
            wrong.is_empty(),
            "{} records missing (-) or doubled (+), such as {some:#?}",
            wrong.len()
        );
    }

    /// The delivered objects: keys and lines.
    pub fn objects(&self) -> Vec<(String, Vec<String>)> {
        let versions = self.bucket.all_versions(&self.settings.report.prefix());
        versions
            .into_iter()
            .map(|(key, body)| (key, lines(&body)))
            .collect()
    }

    /// The current checkpoint.
    pub fn checkpoint(&self) -> Checkpoint {
        let (_, body) = self
            .bucket
            .all_versions(&self.settings.state_key)
            .pop()
            .expect("a checkpoint");
        Checkpoint::from_bytes(&body).unwrap()
    }

    /// The requests to the report since this was last asked.
    pub fn take_requests(&self) -> usize {
        let mut zoom = self.zoom.borrow_mut();
        let requests = zoom.request_count(Endpoint::Report);
        zoom.clear_requests();
        requests
    }

    /// The calls to the bucket since this was last asked, by permission.
    pub fn take_calls(&self) -> Vec<&'static str> {
        self.bucket
            .take_calls()
            .into_iter()
            .map(|(action, _): Call| action)
            .collect()
    }
}

pub fn lines(body: &[u8]) -> Vec<String> {
    let text = std::io::read_to_string(GzDecoder::new(body)).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(str::to_owned).collect()
}

/// Each call has a moment before it takes effect, and another one behind it if it can leave something behind: at either the
/// run can be killed, or another one overtake it.
impl Transport for &World {
    async fn send(
        &self,
        request: Request<'_>,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        wire::exchange(request, timeout, &self.clock, async |request| {
            step().await;
            let reply = self.zoom.borrow_mut().handle(self.clock.now(), request);
            step().await;
            reply
        })
        .await
    }
}

impl Interpose for &World {
    fn bucket(&self) -> &MemoryStore {
        &self.bucket
    }

    async fn around<A>(
        &self,
        action: &'static str,
        _: &str,
        call: impl AsyncFnOnce() -> Result<A, StoreError>,
    ) -> Result<A, StoreError> {
        step().await;
        let answer = call().await;
        if action == "s3:PutObject" {
            step().await;
        }
        answer
    }
}
