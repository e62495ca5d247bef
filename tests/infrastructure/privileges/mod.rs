//! Who may do what in AWS once the pipeline stands, tried for real: each principal has what it needs and no more, and each
//! statement of each policy is needed as it is.
//!
//! Both reports are collected, and to each the other's things are foreign.
//!
//! `principals` are those who try; `table` says what, a `row` a line, with `calls` about the things of a `place`; `tries` tries
//! it. `decisions` are ministack's own words for what it allowed and by which statement. `program` lets the function do all
//! that it ever does, so that the table's rows are its calls. `deployed` finds the policies that Terraform made, and
//! `mutations` are what could be wrong with them: each must be noticed by a row, or be `elsewhere`, where ministack cannot
//! judge; there the modules' own tests notice it, which `source` shows.

mod calls;
mod decisions;
mod deployed;
mod elsewhere;
mod mutations;
mod place;
mod principals;
mod program;
mod row;
mod source;
mod table;
mod tries;

use std::collections::{BTreeMap, BTreeSet};

use local_stack::{Deployment, Stack, Variables, Wire, project};
use serde_json::{Map, Value, json};

use self::{
    decisions::Decisions,
    deployed::Policy,
    place::Place,
    principals::{COLLECTS, Collects, EVERYTHING, FEED_SUBJECT, Principal, Principals},
    program::Use,
    row::{Caller, Expectation, Row},
};

/// The pipeline on ministack with both reports, and all who want something of it.
struct Scene {
    stack: Stack,
    variables: Variables,
    wire: Wire,
    deployment: Deployment,
    policies: Vec<Policy>,
    /// As each of the reports has it.
    places: [Place; 2],
    principals: Principals,
    decisions: Decisions,
    /// What the program was allowed while it did all that it does, as the role of each function.
    program: BTreeMap<Principal, BTreeSet<Use>>,
}

#[tokio::test]
async fn each_principal_has_what_it_needs_and_no_more() {
    let mut scene = Scene::start(json!({})).await;
    let mut rows = scene.rows(table::rows);
    rows.extend(scene.rows(|place, _| table::reader::deletes_nothing(place)));
    rows.extend(scene.rows(|place, _| table::function::locks_nothing(place)));
    scene.prove(&rows).await;

    let before = scene.policies.clone();
    scene
        .change(json!({"allow_delete_after_transfer": true}))
        .await;
    scene.policies.retain(|policy| !before.contains(policy));
    assert_eq!(
        scene.policies.len(),
        1,
        "only the reader's may have changed"
    );
    let mut rows = scene.rows(|place, _| table::reader::rows(place));
    rows.extend(scene.rows(|place, _| table::reader::deletes_entries(place)));
    scene.every_row_holds(&rows).await;
    scene.every_mutation_is_noticed(&rows).await;
}

#[tokio::test]
async fn so_it_has_with_every_option() {
    let mut scene = Scene::start(json!({
        "create_kms_key": true,
        "object_lock": {"mode": "GOVERNANCE", "days": 1},
        "reader_access": "web_identity",
        "feed_subject_id": FEED_SUBJECT,
    }))
    .await;
    let deployment = &scene.deployment;
    let mut rows = scene.rows(table::rows);
    rows.extend(scene.rows(|place, _| table::reader::deletes_nothing(place)));
    rows.extend(scene.rows(|place, _| table::function::locks_entries(place)));
    let key = deployment.kms_key_arn.as_deref().unwrap();
    rows.extend(scene.rows(|place, _| table::key::is_used_by_s3(place, key)));
    let role = deployment.reader_role_arn.as_deref().unwrap();
    rows.extend(table::reader::is_known_by_its_subject(role, FEED_SUBJECT));
    scene.prove(&rows).await;
}

impl Scene {
    /// Applies the local root with these options, lets the program run, and puts everybody and everything in place.
    async fn start(options: Value) -> Self {
        let stack = Stack::start().await.unwrap();
        let zoom = program::zoom();
        let package = stack.directory().join("function.zip");
        // The smallest archive there is: the program runs beside ministack, where it can be given its role's credentials.
        std::fs::write(&package, [b"PK\x05\x06".as_slice(), &[0; 18]].concat()).unwrap();
        let reports: Map<_, _> = COLLECTS
            .map(|collects| (collects.report.to_owned(), json!({})))
            .into_iter()
            .collect();
        let mut all = Map::from_iter([
            ("enforce_conditional_writes".to_owned(), json!(true)),
            ("reports".to_owned(), json!(reports)),
        ]);
        all.extend(options.as_object().unwrap().clone());
        let variables = Variables {
            package_path: package,
            architecture: project::architecture().to_owned(),
            schedule_expression: "rate(15 minutes)".to_owned(),
            schedule_enabled: false,
            lifecycle_enabled: false,
            settings: program::settings(&zoom),
            options: all,
        };
        let deployment = stack.apply(&variables).await.unwrap().deployment;
        let state = stack.terraform_state_file();
        let policies = deployed::policies(&state);
        let mut decisions = Decisions::of(stack.log_file());
        let mut program = BTreeMap::new();
        for collects in COLLECTS {
            let uses = program::live(&stack, &deployment, collects.report, &zoom, &mut decisions);
            program.insert(collects.function, uses.await);
        }
        place::furnish_what_is_shared(&stack, &deployment).await;
        let furnish = |collects: Collects| {
            let schedule_role = deployed::schedule_role_arn(&state, collects.report);
            Place::furnish(&stack, &deployment, collects, schedule_role)
        };
        let [one, other] = COLLECTS;
        Self {
            places: [furnish(one).await, furnish(other).await],
            principals: Principals::of(&stack, &deployment, &policies).await,
            wire: stack.wire().unwrap(),
            stack,
            variables,
            deployment,
            policies,
            decisions,
            program,
        }
    }

    /// The rows about each report, with the other one beside it.
    fn rows(&self, of: impl Fn(&Place, &Place) -> Vec<Row>) -> Vec<Row> {
        let [one, other] = &self.places;
        [(one, other), (other, one)]
            .into_iter()
            .flat_map(|(place, neighbour)| {
                let rows = of(place, neighbour).into_iter();
                rows.map(|row| row.of(place.report))
            })
            .collect()
    }

    /// Applies the local root once more with these options as well.
    async fn change(&mut self, options: Value) {
        self.variables
            .options
            .extend(options.as_object().unwrap().clone());
        self.stack.apply(&self.variables).await.unwrap();
        self.policies = deployed::policies(&self.stack.terraform_state_file());
    }

    async fn prove(&mut self, rows: &[Row]) {
        let by_program = self.every_row_holds(rows).await;
        assert_eq!(
            by_program, self.program,
            "left: what the rows say that the program does; right: what it does"
        );
        self.every_statement_has_a_row(rows);
        self.every_mutation_is_noticed(rows).await;
        // All is as it was.
        self.every_row_holds(rows).await;
    }

    /// Tries each row, and compares the statement that decided it with the one that the row names. Returns what the rows
    /// of the program made use of, as the role of each function.
    async fn every_row_holds(&mut self, rows: &[Row]) -> BTreeMap<Principal, BTreeSet<Use>> {
        let (mut wrong, mut by_program) = (Vec::new(), BTreeMap::<_, BTreeSet<_>>::new());
        self.decisions.take();
        for row in rows {
            wrong.extend(tries::deviation(&self.wire, &self.principals, row).await);
            let decisions = self.decisions.take();
            let decided = |how: bool, sid: &str| {
                let mut decisions = decisions.iter();
                decisions.any(|decision| {
                    decision.allowed == how && decision.sids.iter().any(|one| one == sid)
                })
            };
            let denied = decisions.iter().any(|decision| !decision.allowed);
            match row.expectation {
                // Nothing is decided for root.
                Expectation::Allowed { sid, .. }
                    if !decisions.is_empty() && !decided(true, sid) =>
                {
                    wrong.push(format!(
                        "{row}, but it was not that statement: {decisions:?}"
                    ));
                }
                // A trust policy decides without a word.
                Expectation::Denied { sid, .. }
                    if denied && !decided(false, sid.unwrap_or_default()) =>
                {
                    wrong.push(format!("{row}, but that was not why: {decisions:?}"));
                }
                Expectation::Allowed {
                    caller: Caller::Program,
                    ..
                } => {
                    let uses = program::uses(&self.deployment, row.report, &decisions);
                    by_program.entry(row.who).or_default().extend(uses);
                }
                _ => {}
            }
        }
        assert!(
            wrong.is_empty(),
            "{} rows do not hold:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        by_program
    }

    fn every_statement_has_a_row(&self, rows: &[Row]) {
        let named: BTreeSet<&str> = rows
            .iter()
            .filter_map(|row| match row.expectation {
                Expectation::Allowed { sid, .. } => Some(sid),
                Expectation::Denied { sid, .. } => sid,
            })
            .chain(elsewhere::STATEMENTS.iter().copied())
            .collect();
        let statements: BTreeSet<&str> = self
            .policies
            .iter()
            .flat_map(|policy| deployed::statements(&policy.document))
            .map(deployed::sid)
            .collect();
        let without_row: Vec<_> = statements.difference(&named).collect();
        assert!(without_row.is_empty(), "no row is about {without_row:?}");
        let gone: Vec<_> = named
            .difference(&statements)
            .filter(|&&sid| sid != EVERYTHING && !elsewhere::STATEMENTS.contains(&sid))
            .collect();
        assert!(gone.is_empty(), "no policy has the statements {gone:?}");
    }

    /// Puts each policy in place with one thing wrong with it, and looks for a row that comes out otherwise.
    async fn every_mutation_is_noticed(&self, rows: &[Row]) {
        let mut unexpected = Vec::new();
        println!("{:<28} {:<58} noticed by", "statement", "change");
        for policy in &self.policies {
            for mutation in mutations::of(&policy.document) {
                let noticed = if policy.replace(&self.stack, &mutation.document).await {
                    self.first_deviation(rows).await
                } else {
                    Some("AWS, which does not take it".to_owned())
                };
                policy.restore(&self.stack).await;
                let elsewhere = elsewhere::why(&mutation);
                let noticer = match (&noticed, elsewhere) {
                    (Some(row), None) => row.clone(),
                    (None, Some(why)) => format!("terraform test: {why}"),
                    (Some(row), Some(_)) => {
                        unexpected.push(format!(
                            "{} {} is noticed after all: {row}",
                            mutation.sid, mutation.change
                        ));
                        row.clone()
                    }
                    (None, None) => {
                        unexpected.push(format!(
                            "{} {} is noticed by no row",
                            mutation.sid, mutation.change
                        ));
                        "NO ROW".to_owned()
                    }
                };
                let bucket = format!("arn:aws:s3:::{}", self.deployment.bucket);
                let change = mutation.change.replace(&bucket, "BUCKET");
                println!("{:<28} {change:<58} {noticer}", mutation.sid);
            }
        }
        assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
    }

    async fn first_deviation(&self, rows: &[Row]) -> Option<String> {
        for row in rows {
            if tries::deviation(&self.wire, &self.principals, row)
                .await
                .is_some()
            {
                return Some(row.to_string());
            }
        }
        None
    }
}
