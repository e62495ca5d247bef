//! Everything at once, and for real: the zip that is deployed, run by Lambda under its own role, is killed again and again,
//! S3's answers get lost, and Zoom fails three requests in ten. What the simulation claims for the code must hold for the
//! product.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::time::{Duration, Instant};

use futures_util::future::join;
use local_stack::{
    Bucket, Deployment, DirectRun, Function, Loss, Proxy, Stack, Variables, project,
};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, json};
use zoom_simulator::{Credentials, Endpoint, Fault, Generator, Script, Server, World};

use crate::scene::{PREFIX, assert_exactly_once, days_ago};

const SEED: u64 = 20_261_123;

/// Runs that must die of a kill.
const DEATHS: usize = 200;

/// Runs by which it is measured how long one takes that nobody kills, in each of two lanes.
const MEASURED: usize = 5;

/// Within so long a process must run the function, and a run must die.
const PATIENCE: Duration = Duration::from_secs(120);

/// Open days.
const DAYS: u64 = 2;

/// Everything that is running.
struct Pipeline {
    stack: Stack,
    proxy: Proxy,
    zoom: Server,
    deployment: Deployment,
    bucket: Bucket,
    /// How many times records arrived.
    arrivals: Cell<u64>,
}

/// What became of the runs.
#[derive(Default)]
struct Toll {
    answered: Cell<usize>,
    died: Cell<usize>,
    /// Those among them that died before they could take their event.
    died_at_start: Cell<usize>,
    failed: RefCell<Vec<String>>,
    /// How long those lived that died.
    lives: RefCell<Vec<Duration>>,
}

#[tokio::test]
async fn killed_unheard_and_refused_it_delivers_each_record_exactly_once() {
    let pipeline = Pipeline::deploy().await;
    let function = pipeline.function();
    pipeline.begin_trouble();

    // Another machine needs another time for a run, and the kills must meet runs everywhere.
    let length = pipeline.length_of_a_run().await;
    tell(&format!("a run that nobody kills takes {length:.2?}"));

    let begin = Instant::now();
    let toll = Toll::default();
    // Lambda may run it twice at once, and the other run shows what this one's death has left behind.
    let lanes = join(pipeline.keep_running(&toll), pipeline.keep_running(&toll));
    join(lanes, kill_at_random(&function, &toll, length)).await;
    let puts = pipeline.proxy.traffic("PUT");
    let (requests, failed_requests) = {
        let zoom = pipeline.zoom.world();
        let failed = zoom.requests().iter().filter(|r| !r.faults.is_empty());
        (zoom.requests().len(), failed.count())
    };
    toll.tell(begin.elapsed());
    tell(&format!(
        "{} of {} puts lost their answer, {failed_requests} of {requests} requests to Zoom failed",
        puts.answers_lost, puts.received
    ));

    pipeline.end_trouble().await;
    assert_exactly_once(&pipeline.bucket, &pipeline.zoom).await;
    let records: usize = pipeline.zoom.world().truth.counts().into_values().sum();
    tell(&format!("{records} records arrived, each exactly once"));

    assert!(toll.died.get() >= DEATHS);
    assert!(
        toll.died_at_start.get() >= 3,
        "it hardly ever died at its start"
    );
    assert!(
        toll.answered.get() >= DEATHS / 20,
        "it hardly ever ran to its end"
    );
    assert!(
        toll.failed.borrow().len() <= DEATHS / 10,
        "{:?}",
        toll.failed
    );
    assert_share(puts.answers_lost, puts.received, 0.1..0.3);
    assert_share(failed_requests as u64, requests as u64, 0.2..0.4);
}

/// That so many of all make about the share that was asked for.
fn assert_share(some: u64, all: u64, share: Range<f64>) {
    // Of fewer, chance alone could make another share.
    assert!(all >= 200, "only {all}");
    assert!(
        share.contains(&(some as f64 / all as f64)),
        "{some} of {all} are not within {share:?}"
    );
}

impl Pipeline {
    /// Terraform's local root with the real zip, and the function's way to AWS through the proxy.
    async fn deploy() -> Self {
        let package_path = project::package().await.unwrap();
        let zoom = account();
        let stack = Stack::start().await.unwrap();
        let proxy = stack.proxy(SEED).await.unwrap();
        let variables = Variables {
            package_path,
            architecture: project::architecture().to_owned(),
            schedule_expression: "rate(1 minute)".to_owned(),
            schedule_enabled: false,
            lifecycle_enabled: false,
            settings: Map::from_iter(
                [
                    ("zoom_oauth_url", json!(zoom.oauth_url())),
                    ("zoom_api_url", json!(zoom.api_url())),
                    ("zoom_max_requests_per_second", json!(100)),
                    ("start_date", json!(days_ago(DAYS - 1).to_string())),
                    // Every run reads every open day to its end, and writes several objects if there is anything new.
                    ("full_sweep_minutes", json!(0)),
                    ("max_records_per_object", json!(2)),
                ]
                .map(|(name, value)| (name.to_owned(), value)),
            ),
            options: Map::new(),
        };
        let deployment = stack.apply(&variables).await.unwrap().deployment;
        assert_eq!(deployment.operation_logs().s3_prefix, PREFIX);
        let Credentials {
            account_id,
            client_id,
            client_secret,
        } = zoom.world().credentials().clone();
        let secret = json!({"account_id": account_id, "client_id": client_id, "client_secret": client_secret});
        stack
            .put_secret(&deployment.secret_arn, &secret.to_string())
            .await
            .unwrap();
        let bucket = stack.bucket(&deployment.bucket);
        let pipeline = Self {
            stack,
            proxy,
            zoom,
            deployment,
            bucket,
            arrivals: Cell::default(),
        };
        pipeline
            .function()
            .set_variable("AWS_ENDPOINT_URL", Some(pipeline.proxy.url()))
            .await
            .unwrap();
        pipeline
    }

    fn function(&self) -> Function<'_> {
        self.stack.function(self.deployment.operation_logs())
    }

    fn begin_trouble(&self) {
        self.proxy
            .lose(Loss::of_answers().to("PUT").with_chance(0.2));
        let faults = [
            Fault::CutBeforeAnswer,
            Fault::CutInBody(100),
            Fault::TruncatedJson,
            Fault::Status(500),
            Fault::Status(503),
        ];
        // Each may strike where those before it have not: together three in ten.
        let chance = 1.0 - 0.7_f64.powf(1.0 / faults.len() as f64);
        let mut zoom = self.zoom.world();
        for fault in faults {
            zoom.script(Script::new(fault).always().with_chance(chance));
        }
        zoom.script(
            Script::new(Fault::CutBeforeAnswer)
                .on(Endpoint::OAuth)
                .always()
                .with_chance(0.3),
        );
    }

    /// Makes all well again, and runs until nothing is left to deliver.
    async fn end_trouble(&self) {
        self.proxy.lose_nothing();
        self.zoom.world().clear_scripts();
        for _ in 0..20 {
            let run = self.function().invoke(&json!({})).await.unwrap();
            assert_eq!(run.function_error, None, "{run:?}");
            if run.payload["written"] == 0 && run.payload["complete"] == true {
                return;
            }
        }
        panic!("there was still something to deliver after twenty undisturbed runs");
    }

    /// How long a run takes in the middle that nobody kills, with all the other trouble and another run beside it.
    async fn length_of_a_run(&self) -> Duration {
        let lengths = || async {
            let mut lengths = Vec::new();
            for _ in 0..MEASURED {
                let (_, length) = self.run().await;
                lengths.push(length);
            }
            lengths
        };
        let (one, other) = join(lengths(), lengths()).await;
        let mut lengths = [one, other].concat();
        lengths.sort_unstable();
        lengths[lengths.len() / 2]
    }

    /// Runs the function over and over until enough runs have died.
    async fn keep_running(&self, toll: &Toll) {
        while toll.died.get() < DEATHS {
            let (run, life) = self.run().await;
            toll.count(&run, life);
        }
    }

    /// Runs the function once. Before, records arrive anywhere in a day.
    async fn run(&self) -> (DirectRun, Duration) {
        let arrival = self.arrivals.replace(self.arrivals.get() + 1);
        let day = days_ago(arrival % DAYS);
        let records = Generator::new(SEED + arrival).day_until(day, 3, chrono::Utc::now());
        self.zoom.world().truth.add_all(day, records);
        let begin = Instant::now();
        let run = self.function().invoke(&json!({})).await.unwrap();
        (run, begin.elapsed())
    }
}

/// Some records on each open day. The account's quota is no fault that is asked for here.
fn account() -> Server {
    let mut world = World::new(SEED);
    for day in 0..DAYS {
        let records = Generator::new(day).day_until(days_ago(day), 40, chrono::Utc::now());
        world.truth.add_all(days_ago(day), records);
    }
    world.settings.per_second = 1_000;
    Server::start(world).unwrap()
}

/// Kills one of the function's processes at random moments until enough runs have died of it, and now and then its successor
/// as soon as that is seen: it starts within milliseconds, which random moments hardly ever meet. From one kill to the next
/// it takes as long as a run at most, so that they meet runs everywhere and some escape. A process that has answered and
/// waits for the next event may be hit as well; no run dies of that, and none is counted.
async fn kill_at_random(function: &Function<'_>, toll: &Toll, longest_gap: Duration) {
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let (mut died, mut last_death) = (0, Instant::now());
    let mut last_seen = Instant::now();
    while toll.died.get() < DEATHS {
        if toll.died.get() > died {
            (died, last_death) = (toll.died.get(), Instant::now());
        }
        assert!(
            last_seen.elapsed() < PATIENCE,
            "no process has run the function for {PATIENCE:?}, after {died} deaths"
        );
        assert!(
            last_death.elapsed() < PATIENCE,
            "for {PATIENCE:?} no kill was a run's death, after {died}; other failures: {:?}",
            toll.failed
        );
        tokio::time::sleep(longest_gap.mul_f64(dice.random())).await;
        let processes = function.processes().unwrap();
        if processes.is_empty() {
            continue;
        }
        last_seen = Instant::now();
        function.kill_one(processes[dice.random_range(0..processes.len())]);
        if dice.random_bool(0.2)
            && let Some(successor) = successor(function, &processes, 2 * longest_gap).await
        {
            function.kill_one(successor);
        }
    }
}

/// A process that is not among `known`, once there is one; none when nobody needs one for so long.
async fn successor(function: &Function<'_>, known: &[u32], patience: Duration) -> Option<u32> {
    let appearing = async {
        loop {
            let processes = function.processes().unwrap();
            if let Some(new) = processes.into_iter().find(|pid| !known.contains(pid)) {
                return new;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(patience, appearing).await.ok()
}

impl Toll {
    fn count(&self, run: &DirectRun, life: Duration) {
        assert!(!run.log_tail.contains("panicked"), "{}", run.log_tail);
        let message = run.payload["errorMessage"].as_str().unwrap_or_default();
        if run.function_error.is_none() {
            self.answered.set(self.answered.get() + 1);
            return;
        }
        let at_start = message.contains("exited during init with code -9");
        if at_start || message.contains("exited before returning a response") {
            // It ran, and it had not answered.
            self.died_at_start
                .set(self.died_at_start.get() + usize::from(at_start));
            self.died.set(self.died.get() + 1);
            self.lives.borrow_mut().push(life);
        } else {
            self.failed.borrow_mut().push(message.to_owned());
        }
    }

    fn tell(&self, time: Duration) {
        let mut lives = self.lives.borrow().clone();
        lives.sort_unstable();
        let at = |percent: usize| lives[(lives.len() - 1) * percent / 100];
        tell(&format!(
            "in {time:.0?}: {} runs died of a kill, {} of them before they took their event; {:.0?} after \
             their begin at the earliest, {:.0?} in the middle, {:.0?} at the latest; {} answered, {} failed",
            self.died.get(),
            self.died_at_start.get(),
            at(0),
            at(50),
            at(100),
            self.answered.get(),
            self.failed.borrow().len(),
        ));
    }
}

fn tell(what: &str) {
    println!("{what}");
}
