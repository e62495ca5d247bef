//! The built function with another report, and the functions of both reports side by side on one bucket and one account.

use std::collections::BTreeSet;
use std::time::Duration;

use local_stack::{Outcome, RuntimeApi};
use serde_json::{Value, json};
use zoomlogs_core::report::{ACTIVITIES, ALL, OPERATION_LOGS, Report};

use crate::scene::{Scene, assert_exactly_once_of, at_zoom, days_ago, says_nothing};

/// Small pages and objects, every open day swept at each run: many moments to die at.
const FINE_GRAINED: [(&str, &str); 3] = [
    ("PAGE_SIZE", "7"),
    ("MAX_RECORDS_PER_OBJECT", "10"),
    ("FULL_SWEEP_MINUTES", "0"),
];
const DAYS: u64 = 3;

#[tokio::test]
async fn sign_ins_arrive_once_under_their_own_keys_and_late_ones_too() {
    let sweeping = [("FULL_SWEEP_MINUTES", "0")];
    let scene = Scene::of(&ACTIVITIES, DAYS, 700, &sweeping).await;
    let answer = scene.run().await;
    assert_eq!(
        (&answer["written"], &answer["complete"]),
        (&json!(2_100), &json!(true))
    );
    scene.arrive(days_ago(1), 5, 21);
    scene.arrive(days_ago(0), 5, 22);
    assert_eq!(scene.run().await["written"], 10);
    assert_eq!(scene.run().await["written"], 0);
    scene.assert_exactly_once().await;
    let keys = scene.bucket.keys("").await.unwrap();
    let (entries, others): (Vec<_>, Vec<_>) = keys
        .into_iter()
        .partition(|key| key.starts_with("zoom/activities/20"));
    assert!(entries.len() >= 5, "{entries:?}");
    assert_eq!(others, ["zoom/state/activities.json"]);
    let zoom = scene.zoom.world();
    assert_eq!(zoom.request_count_of(at_zoom(&OPERATION_LOGS)), 0);
}

/// Records of both reports, and two processes for each: Lambda may run a function twice at once.
struct BothReports {
    scene: Scene,
    functions: Vec<(&'static Report, RuntimeApi)>,
}

impl BothReports {
    async fn start() -> Self {
        let scene = Scene::start(DAYS, 40, &FINE_GRAINED).await;
        for day in 0..DAYS {
            scene.arrive_in(&ACTIVITIES, days_ago(day), 40, day);
        }
        let functions = [ALL, ALL]
            .concat()
            .into_iter()
            .map(|report| (report, scene.beside(report, DAYS, &FINE_GRAINED)))
            .collect();
        Self { scene, functions }
    }

    /// The first process of the function that collects `report`.
    fn function(&self, report: &Report) -> &RuntimeApi {
        let found = self.functions.iter().find(|(own, _)| *own == report);
        &found.unwrap().1
    }

    /// An ordinary run that must succeed.
    async fn run(&self, report: &Report) -> Value {
        let run = self.function(report).invoke(json!({})).await.unwrap();
        says_nothing(&run);
        run.answer().unwrap().clone()
    }

    async fn run_until_delivered(&self, report: &Report) {
        for _ in 0..10 {
            let answer = self.run(report).await;
            if answer["written"] == 0 && answer["complete"] == true {
                break;
            }
        }
        assert_exactly_once_of(report, &self.scene.bucket, &self.scene.zoom).await;
    }

    /// The versions of all that is `report`'s in the bucket.
    async fn versions(&self, report: &Report) -> BTreeSet<String> {
        let mut versions = BTreeSet::new();
        for prefix in [report.prefix(), report.state_key()] {
            let found = self.scene.bucket.versions(&prefix).await.unwrap();
            versions.extend(found.into_iter().map(|it| format!("{} {}", it.key, it.id)));
        }
        versions
    }
}

#[tokio::test]
async fn both_side_by_side_killed_and_overlapped_each_deliver_exactly_once() {
    const ROUNDS: u32 = 8;
    let both = BothReports::start().await;
    let first = both.function(&OPERATION_LOGS).invoke(json!({})).await;
    let whole = first.unwrap().duration;
    let mut killed = 0;
    for round in 0..ROUNDS {
        let mut lives = Vec::new();
        for (number, (report, function)) in (0..).zip(&both.functions) {
            let seed = u64::from(round * 10 + number) + 100;
            let day = days_ago(u64::from(round % 3));
            both.scene.arrive_in(report, day, 6, seed);
            // Each process dies at another moment, some after their run's end.
            let moment = whole * ((round * 5 + number * 3) % ROUNDS) / ROUNDS * 2;
            lives.push(async move {
                let (run, ()) = tokio::join!(function.invoke(json!({})), async {
                    tokio::time::sleep(moment).await;
                    function.kill();
                });
                let run = run.unwrap();
                says_nothing(&run);
                matches!(run.outcome, Outcome::Exited(_))
            });
        }
        let died = futures_util::future::join_all(lives).await;
        killed += died.into_iter().filter(|died| *died).count();
    }
    // Of four processes in each round; a quiet machine ends a run before another moment than a busy one.
    assert!(killed >= ROUNDS as usize / 2, "only {killed} runs died");
    for report in ALL {
        both.run_until_delivered(report).await;
    }

    // What one delivers then leaves the other's objects and checkpoint as they are.
    for (own, other) in [
        (&ACTIVITIES, &OPERATION_LOGS),
        (&OPERATION_LOGS, &ACTIVITIES),
    ] {
        let before = (both.versions(own).await, both.versions(other).await);
        both.scene.arrive_in(own, days_ago(1), 15, 77);
        assert_eq!(both.run(own).await["written"], 15);
        assert_eq!(both.versions(other).await, before.1);
        assert!(both.versions(own).await.len() > before.0.len() + 1);
    }
    let all = both.scene.bucket.versions("").await.unwrap();
    let mine: usize =
        both.versions(&OPERATION_LOGS).await.len() + both.versions(&ACTIVITIES).await.len();
    assert_eq!(all.len(), mine, "something lies elsewhere");
}

#[tokio::test]
async fn a_missing_scope_of_one_leaves_the_other_working_and_names_the_right_one() {
    for (lacks, works) in [
        (&ACTIVITIES, &OPERATION_LOGS),
        (&OPERATION_LOGS, &ACTIVITIES),
    ] {
        let both = BothReports::start().await;
        both.scene.zoom.world().settings.scopes = vec![works.scope.to_owned()];
        let run = both
            .function(lacks)
            .invoke_within(Duration::from_secs(20), json!({}));
        let run = run.await.unwrap();
        says_nothing(&run);
        let message = run.error().unwrap();
        assert!(
            message.contains(&format!("add {}", lacks.scope)),
            "{message}"
        );
        assert!(!message.contains(works.scope), "{message}");
        let metrics = run.log_events();
        let metrics = metrics.iter().find(|event| event.get("_aws").is_some());
        assert_eq!(metrics.unwrap()["CredentialsRefused"], 1.0);
        both.run_until_delivered(works).await;
        assert!(
            both.scene
                .bucket
                .keys(&lacks.prefix())
                .await
                .unwrap()
                .is_empty()
        );

        both.scene.zoom.world().settings.scopes =
            ALL.map(|report| report.scope.to_owned()).to_vec();
        both.run_until_delivered(lacks).await;
    }
}
