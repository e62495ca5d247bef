//! The world of a test: a Zoom, a bucket, a clock, and runs of the collector in it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use support::{Call, MemoryStore};
use zoom_simulator::{Delivery, Endpoint};
use zoomlogs_core::checkpoint::Checkpoint;
use zoomlogs_core::clock::Clock;
use zoomlogs_core::collector::{Collector, Limits, Outcome, Settings};
use zoomlogs_core::event::Event;
use zoomlogs_core::report::{OPERATION_LOGS, Report};
use zoomlogs_core::secret::{CredentialSource, Credentials, SecretError};
use zoomlogs_core::store::{
    Condition, Marker, Object, Store, StoreError, VersionId, VersionPage, Written,
};
use zoomlogs_core::zoom::{Client, Endpoints, Request, Response, Transport, TransportError};

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
    pub now: Cell<DateTime<Utc>>,
    pub zoom: RefCell<zoom_simulator::World>,
    pub bucket: MemoryStore,
    pub settings: Settings,
    /// How long an invocation may take.
    pub timeout: TimeDelta,
}

/// The part of the world that a run sees, through the three traits. Each call yields before and after it takes
/// effect, so that a run can be killed, or another one overtake it, at either moment.
struct View<'a>(&'a World);

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
            now: Cell::new(at(now)),
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
        let records = if date == self.now.get().date_naive() {
            generator.day_until(date, count, self.now.get())
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
        self.now.set(self.now.get() + time);
    }

    fn collector(&self) -> Collector<impl zoomlogs_core::zoom::Zoom, View<'_>, View<'_>> {
        self.collector_with(self.settings.clone())
    }

    fn collector_with(
        &self,
        settings: Settings,
    ) -> Collector<impl zoomlogs_core::zoom::Zoom, View<'_>, View<'_>> {
        let endpoints = Endpoints {
            oauth_url: "http://127.0.0.1/oauth/token".to_owned(),
            api_url: "http://127.0.0.1/v2".to_owned(),
            timeout: Duration::from_secs(30),
            requests_per_second: 5,
        };
        let client = Client::new(
            endpoints,
            settings.report,
            View(self),
            View(self),
            View(self),
        );
        Collector::new(client, View(self), View(self), settings)
    }

    /// Runs once, to the end.
    pub fn run(&self, event: Value) -> Outcome {
        let event = Event::parse(&event, self.now.get()).unwrap();
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
        let deadline = self.now.get() + self.timeout;
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
        let deadline = self.now.get() + self.timeout;
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
        let deadline = self.now.get() + self.timeout;
        let mut run = pin!(collector.run(&Event::RUN, deadline));
        self.take_requests();
        while self.zoom.borrow().request_count(Endpoint::Report) == 0 {
            assert!(poll_once(run.as_mut()).is_none());
        }
        meanwhile();
        loop {
            if let Some(outcome) = poll_once(run.as_mut()) {
                return outcome;
            }
        }
    }

    /// Begins an ordinary run, replays `date` within six seconds, which is not enough, and lets the ordinary run end.
    pub fn run_beside_a_cut_replay(&self, date: &str) {
        let collector = self.collector();
        let deadline = self.now.get() + self.timeout;
        let mut ordinary = pin!(collector.run(&Event::RUN, deadline));
        // Until it has read the checkpoint.
        self.take_calls();
        while self.take_calls().is_empty() {
            assert!(poll_once(ordinary.as_mut()).is_none());
        }
        let event = Event::parse(&json!({"from": date, "to": date}), self.now.get()).unwrap();
        let replay = self.collector();
        let mut replay = pin!(replay.run(&event, self.now.get() + TimeDelta::seconds(6)));
        let replayed = loop {
            if let Some(outcome) = poll_once(replay.as_mut()) {
                break outcome;
            }
        };
        assert_eq!((replayed.failure, replayed.summary.complete), (None, false));
        while poll_once(ordinary.as_mut()).is_none() {}
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

fn poll_once<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// One step in which another run may go on, or this one may end for ever.
async fn step() {
    let mut yielded = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut yielded, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

impl Clock for View<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.0.now.get()
    }

    async fn sleep(&self, duration: Duration) {
        step().await;
        self.0.pass(TimeDelta::from_std(duration).unwrap());
    }

    fn seed(&self) -> u64 {
        7
    }
}

impl CredentialSource for View<'_> {
    async fn credentials(&self) -> Result<Credentials, SecretError> {
        let credentials = zoom_simulator::Credentials::default();
        Ok(Credentials {
            account_id: credentials.account_id.into(),
            client_id: credentials.client_id.into(),
            client_secret: credentials.client_secret.into(),
        })
    }
}

impl Transport for View<'_> {
    async fn send(
        &self,
        request: Request<'_>,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        let request = simulation::wire::request(request);
        step().await;
        let reply = self.0.zoom.borrow_mut().handle(self.0.now.get(), &request);
        let delay = TimeDelta::from_std(reply.delay.min(timeout)).unwrap();
        self.0.pass(delay);
        step().await;
        if reply.delay > timeout {
            return Err(TransportError::TimedOut(timeout));
        }
        match reply.delivery {
            Delivery::Whole(answer) => Ok(simulation::wire::response(answer)),
            Delivery::Hang => {
                self.0.pass(TimeDelta::from_std(timeout).unwrap());
                Err(TransportError::TimedOut(timeout))
            }
            _ => Err(TransportError::Connection("cut".to_owned())),
        }
    }
}

impl Store for View<'_> {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        step().await;
        self.0.bucket.get(key).await
    }

    async fn get_version(
        &self,
        key: &str,
        version: &VersionId,
    ) -> Result<bytes::Bytes, StoreError> {
        step().await;
        self.0.bucket.get_version(key, version).await
    }

    async fn put(
        &self,
        key: &str,
        body: bytes::Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError> {
        step().await;
        let answer = self.0.bucket.put(key, body, condition).await;
        step().await;
        answer
    }

    async fn list_versions(
        &self,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Result<VersionPage, StoreError> {
        step().await;
        self.0.bucket.list_versions(prefix, after).await
    }
}
