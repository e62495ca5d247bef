//! How long a run takes, by a clock that passes only when somebody waits: what is waited for at the same time is waited for
//! once. What a run computes takes no time here.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use simulation::wire;
use support::{AlarmClock, Interpose, Interposed, MemoryStore, endpoints};
use zoom_simulator::{Endpoint, Generator};
use zoomlogs_core::clock::Clock as _;
use zoomlogs_core::collector::{Collector, Outcome, Settings};
use zoomlogs_core::event::Event;
use zoomlogs_core::secret::{CredentialSource, Credentials, SecretError};
use zoomlogs_core::store::StoreError;
use zoomlogs_core::zoom::{Client, Request, Response, Transport, TransportError};

use crate::world::{World, at, day};

/// How long the bucket and the secret take to answer.
const AWS: Duration = Duration::from_millis(40);

const NOW: &str = "2026-11-22T18:00:00Z";

struct Timed {
    clock: AlarmClock,
    zoom: RefCell<zoom_simulator::World>,
    bucket: MemoryStore,
    /// How long Zoom takes to answer.
    latency: Duration,
    requests_per_second: u32,
    settings: Settings,
    /// When the first and the last request to the report were sent, and when the last was answered.
    first: Cell<Option<DateTime<Utc>>>,
    last: Cell<Option<DateTime<Utc>>>,
    /// Requests to the report that are under way, and the most that were.
    under_way: Cell<usize>,
    most_under_way: Cell<usize>,
}

impl Timed {
    /// A world with `per_day` records on each of `days`, of which the run collects all.
    fn new(days: &[NaiveDate], per_day: usize, latency: u64, requests_per_second: u32) -> Self {
        let mut zoom = zoom_simulator::World::new(7);
        zoom.settings.per_second = 1000;
        for &day in days {
            zoom.truth
                .add_all(day, Generator::new(1).day_until(day, per_day, at(NOW)));
        }
        let mut settings = World::new(NOW).settings;
        settings.start_date = days.first().copied();
        Self {
            clock: AlarmClock::new(at(NOW)),
            zoom: RefCell::new(zoom),
            bucket: MemoryStore::new(),
            latency: Duration::from_millis(latency),
            requests_per_second,
            settings,
            first: Cell::new(None),
            last: Cell::new(None),
            under_way: Cell::new(0),
            most_under_way: Cell::new(0),
        }
    }

    /// Runs once.
    fn run(&self) -> Outcome {
        let endpoints = endpoints(self.requests_per_second);
        let client = Client::new(endpoints, self.settings.report, self, self, &self.clock);
        let settings = self.settings.clone();
        let collector = Collector::new(client, Interposed(self), &self.clock, settings);
        let deadline = self.clock.now() + TimeDelta::minutes(15);
        let outcome = self.clock.run(collector.run(&Event::RUN, deadline));
        assert_eq!(outcome.failure, None);
        assert!(outcome.summary.complete);
        outcome
    }

    /// From the first request to the report to the last answer.
    fn at_zoom(&self) -> Duration {
        let at_zoom = self.last.get().unwrap() - self.first.get().unwrap();
        at_zoom.to_std().unwrap()
    }

    /// From the first request to the report until now.
    fn since_first(&self) -> Duration {
        (self.clock.now() - self.first.get().unwrap())
            .to_std()
            .unwrap()
    }

    fn requests(&self) -> u32 {
        let requests = self.zoom.borrow().request_count(Endpoint::Report);
        u32::try_from(requests).unwrap()
    }
}

impl CredentialSource for &Timed {
    async fn credentials(&self) -> Result<Credentials, SecretError> {
        self.clock.sleep(AWS).await;
        Ok(wire::credentials(self.zoom.borrow().credentials()))
    }
}

impl Transport for &Timed {
    async fn send(
        &self,
        request: Request<'_>,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        wire::exchange(request, timeout, &self.clock, async |request| {
            let is_report = request.endpoint() == Endpoint::Report;
            if is_report {
                self.first.set(self.first.get().or(Some(self.clock.now())));
                self.under_way.set(self.under_way.get() + 1);
                let most = self.most_under_way.get().max(self.under_way.get());
                self.most_under_way.set(most);
            }
            self.clock.sleep(self.latency).await;
            if is_report {
                self.last.set(Some(self.clock.now()));
                self.under_way.set(self.under_way.get() - 1);
            }
            self.zoom.borrow_mut().handle(self.clock.now(), request)
        })
        .await
    }
}

impl Interpose for &Timed {
    fn bucket(&self) -> &MemoryStore {
        &self.bucket
    }

    async fn around<A>(
        &self,
        _: &'static str,
        _: &str,
        call: impl AsyncFnOnce() -> Result<A, StoreError>,
    ) -> Result<A, StoreError> {
        self.clock.sleep(AWS).await;
        call().await
    }
}

/// One page after the other is what a day costs. That each of them is delivered, which takes three ways to the bucket, adds
/// nothing to it but the last.
#[test]
fn a_day_takes_as_long_as_its_pages() {
    let mut timed = Timed::new(&[day("2026-11-22")], 600, 150, 100);
    timed.settings.page_size = 10;
    timed.settings.max_records_per_object = 10;
    let outcome = timed.run();
    assert_eq!(outcome.summary.written(), 600);
    assert!(outcome.summary.objects.len() >= 60);

    let pages = timed.latency * timed.requests();
    let took = timed.since_first();
    assert!(
        timed.at_zoom() <= pages.mul_f64(1.01),
        "{:?}",
        timed.at_zoom()
    );
    assert!(took <= pages.mul_f64(1.05), "{took:?} for {pages:?}");
    assert_eq!(timed.most_under_way.get(), 1);
}

/// Days of ten pages each. One after the other, Zoom would be asked two or three times a second.
#[test]
fn a_catch_up_takes_as_long_as_the_limit_of_requests() {
    for (limit, days) in [(5, 20), (10, 40)] {
        let last = day("2026-11-21");
        let first = last - TimeDelta::days(days - 1);
        let days: Vec<_> = first.iter_days().take_while(|&day| day <= last).collect();
        let mut timed = Timed::new(&days, 48, 400, limit);
        timed.settings.page_size = 5;
        let outcome = timed.run();
        assert_eq!(outcome.summary.written(), 48 * days.len() as u64);

        let least = Duration::from_secs_f64(f64::from(timed.requests()) / f64::from(limit));
        let took = timed.since_first();
        assert!(took <= least.mul_f64(1.1), "{took:?} for {least:?}");
        let most = timed.settings.limits.days_at_once;
        assert!((4..=most).contains(&timed.most_under_way.get()));
    }
}

/// Where others spend the account's requests too, Zoom refuses some of ours. All days slow down, and none fails.
#[test]
fn a_catch_up_keeps_to_what_zoom_leaves_it() {
    for left in [1, 2, 4] {
        let last = day("2026-11-21");
        let first = last - TimeDelta::days(15);
        let days: Vec<_> = first.iter_days().take_while(|&day| day <= last).collect();
        let mut timed = Timed::new(&days, 24, 400, 20);
        timed.settings.page_size = 6;
        timed.zoom.borrow_mut().settings.per_second = left;
        let outcome = timed.run();
        assert_eq!(outcome.summary.written(), 24 * days.len() as u64);
        assert!(outcome.summary.usage.throttled > 0, "nothing was refused");
    }
}

/// The checkpoint and the secret are on their way at the same time.
#[test]
fn zoom_is_asked_as_soon_as_it_can_be() {
    let days = [day("2026-11-22")];
    let timed = Timed::new(&days, 10, 150, 5);
    timed.run();
    // A first run creates the checkpoint, for which the bucket is looked through.
    let then = timed.clock.now();
    let first = timed.first.replace(None).unwrap() - at(NOW);
    assert_eq!(first.to_std().unwrap(), AWS * 4 + timed.latency);
    timed.run();
    let first = timed.first.get().unwrap() - then;
    assert_eq!(first.to_std().unwrap(), AWS + timed.latency);
}
