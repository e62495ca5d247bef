//! `zoomlogs credentials`: what is tried with Zoom, what is stored, and what is said of it.

use chrono::Utc;
use local_stack::{AccessKey, Stack};
use serde_json::{Value, json};
use zoom_simulator::{Credentials, Endpoint, Fault, Report, RetryAfter, Script, Server, World};

use crate::command::{Said, command, run};
use crate::environment::{self, Project};
use crate::lambda::Function;
use crate::operator;

pub const SECRET: &str = "zoom-operationlogs-credentials";
const FUNCTION: &str = "zoom_operationlogs_to_s3";

/// What may show up nowhere but in the secret.
pub const HIDDEN: [&str; 3] = ["kX9-account-kX9", "kX9-client-kX9", "kX9-secret-kX9"];

/// A Zoom that knows the credentials [`HIDDEN`], a secret without a value, and a function that is configured for that Zoom.
pub struct Scene {
    pub stack: Stack,
    pub zoom: Server,
    pub key: AccessKey,
}

impl Scene {
    pub async fn start() -> Self {
        let stack = Stack::start().await.unwrap();
        let zoom = Server::start(World::populated(7, Utc::now(), 1, 20)).unwrap();
        zoom.world().set_credentials(Credentials {
            account_id: HIDDEN[0].to_owned(),
            client_id: HIDDEN[1].to_owned(),
            client_secret: HIDDEN[2].to_owned(),
        });
        let secret = stack.aws().secrets.create_secret();
        secret.name(SECRET).send().await.unwrap();
        let variables = [
            ("ZOOM_OAUTH_URL", zoom.oauth_url()),
            ("ZOOM_API_URL", zoom.api_url()),
        ];
        Function::create(&stack, FUNCTION, &variables).await;
        // The rights that the help names.
        let rights = [
            "secretsmanager:PutSecretValue",
            "secretsmanager:GetSecretValue",
            "lambda:GetFunctionConfiguration",
        ];
        let key = operator::hire(&stack, &rights).await;
        Self { stack, zoom, key }
    }

    /// Runs the command with this input.
    pub fn credentials(&self, more: &[&str], input: &str) -> Said {
        let mut arguments = vec!["credentials", "--secret", SECRET, "--function", FUNCTION];
        arguments.extend(more);
        run(&mut command(&self.stack, &self.key, &arguments), input)
    }

    /// How many values the secret has had.
    async fn versions(&self) -> usize {
        let list = self.stack.aws().secrets.list_secret_version_ids();
        let list = list.secret_id(SECRET).include_deprecated(true);
        list.send().await.unwrap().versions().len()
    }

    /// The secret's value.
    pub async fn stored(&self) -> Option<Value> {
        let read = self.stack.aws().secrets.get_secret_value();
        let value = read.secret_id(SECRET).send().await.ok()?;
        Some(serde_json::from_str(value.secret_string()?).unwrap())
    }
}

pub fn object(account_id: &str, client_id: &str, client_secret: &str) -> Value {
    json!({"account_id": account_id, "client_id": client_id, "client_secret": client_secret})
}

fn good() -> Value {
    object(HIDDEN[0], HIDDEN[1], HIDDEN[2])
}

#[tokio::test]
async fn good_credentials_are_tried_with_zoom_and_stored() {
    let scene = Scene::start().await;
    // As an editor leaves it.
    let input = format!("{:#}\n", good());
    let said = scene.credentials(&[], &input).expect(0).hides(&HIDDEN);
    assert!(
        said.stdout.contains("Zoom takes these credentials"),
        "{said:?}"
    );
    assert!(said.stderr.contains(&scene.zoom.oauth_url()), "{said:?}");
    assert_eq!(scene.stored().await, Some(good()));
    {
        let zoom = scene.zoom.world();
        assert_eq!(zoom.request_count(Endpoint::OAuth), 1);
        assert_eq!(zoom.request_count(Endpoint::Report), 1);
    }

    // Once more: tried again, but there is nothing to store.
    let versions = scene.versions().await;
    let said = scene
        .credentials(&["--json"], &input)
        .expect(0)
        .hides(&HIDDEN);
    assert_eq!(
        said.json(),
        json!({"secret": SECRET, "checked": true, "stored": false})
    );
    assert_eq!(scene.versions().await, versions);
}

#[tokio::test]
async fn what_zoom_refuses_is_not_stored() {
    type Trouble = fn(&mut World);
    let as_it_is: Trouble = |_| {};
    let wrong_secret = object(HIDDEN[0], HIDDEN[1], "kX9-wrong-kX9");
    let wrong_account = object("kX9-wrong-kX9", HIDDEN[1], HIDDEN[2]);
    let rows: [(Value, Trouble, &[&str]); 4] = [
        (wrong_secret, as_it_is, &["invalid_client", "client_secret"]),
        (wrong_account, as_it_is, &["account_id"]),
        (
            good(),
            |zoom| zoom.settings.scopes.clear(),
            &["lacks a scope", "report:read:operation_logs:admin"],
        ),
        (
            good(),
            |zoom| zoom.settings.permission = false,
            &["Admin Activity Logs", "Usage Reports"],
        ),
    ];
    let scene = Scene::start().await;
    let healthy = scene.zoom.world().settings.clone();
    for (input, trouble, explanation) in rows {
        trouble(&mut scene.zoom.world());
        scene
            .credentials(&[], &input.to_string())
            .expect(3)
            .explains(explanation)
            .explains(&["Nothing was stored"])
            .hides(&["kX9"]);
        assert_eq!(scene.stored().await, None);
        scene.zoom.world().settings = healthy.clone();
    }
}

#[tokio::test]
async fn they_are_tried_with_every_report_that_is_collected() {
    let scene = Scene::start().await;
    let variables = [
        ("ZOOM_OAUTH_URL", scene.zoom.oauth_url()),
        ("ZOOM_API_URL", scene.zoom.api_url()),
        ("ZOOM_REPORT", "activities".to_owned()),
    ];
    Function::create(&scene.stack, "sign-ins", &variables).await;
    let mut both = environment::pipeline(FUNCTION);
    both["secret_arn"] = SECRET.into();
    both["reports"]["activities"] = json!({"function_name": "sign-ins"});
    let project = Project::with(&json!({"main": both}));
    let credentials = || {
        let mut command = command(&scene.stack, &scene.key, &["credentials", "--env", "dev"]);
        run(command.current_dir(project.inside()), &good().to_string())
    };

    let scopes =
        [Report::OperationLogs, Report::Activities].map(|report| report.scope().to_owned());
    scene.zoom.world().settings.scopes = scopes[..1].to_vec();
    credentials()
        .expect(3)
        .explains(&["lacks a scope", &scopes[1], "Nothing was stored"])
        .hides(&HIDDEN);
    assert_eq!(scene.stored().await, None);

    scene.zoom.world().settings.scopes = scopes.to_vec();
    credentials().expect(0).hides(&HIDDEN);
    assert_eq!(scene.stored().await, Some(good()));
}

#[tokio::test]
async fn credentials_that_cannot_be_tried_are_stored_only_on_demand() {
    let scene = Scene::start().await;
    let limit = Fault::DailyLimit {
        retry_after: RetryAfter::Rfc3339,
        headers: true,
    };
    scene.zoom.world().script(Script::new(limit).always());
    let input = good().to_string();
    scene
        .credentials(&[], &input)
        .expect(1)
        .explains(&["could not be checked", "--no-check", "Nothing was stored"])
        .hides(&HIDDEN);
    assert_eq!(scene.stored().await, None);

    scene.zoom.world().clear_requests();
    let said = scene.credentials(&["--no-check"], &input).expect(0);
    let said = said.explains(&["NOT CHECKED"]).hides(&HIDDEN);
    assert!(!said.stdout.contains("Zoom takes"), "{said:?}");
    assert_eq!(scene.stored().await, Some(good()));
    assert!(scene.zoom.world().requests().is_empty());
}

#[tokio::test]
async fn malformed_input_is_named_and_not_quoted() {
    let scene = Scene::start().await;
    let large = format!("{{\"account_id\": \"{}\"}}", "kX9".repeat(30_000));
    for (input, explanation) in [
        ("", "not JSON"),
        ("kX9-secret-kX9", "not JSON at line 1, column 1"),
        (
            r#"{"account_id": "kX9", "client_id": "kX9"}"#,
            "client_secret missing",
        ),
        (
            r#"{"account_id": "kX9", "client_id": "kX9", "client_secret": 9}"#,
            "is no string",
        ),
        (&large, "more than 64 kB"),
    ] {
        scene
            .credentials(&[], input)
            .expect(2)
            .explains(&[explanation, "Nothing was stored"])
            .hides(&["kX9"]);
    }
    assert_eq!(scene.stored().await, None);
    assert!(scene.zoom.world().requests().is_empty());
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let scene = Scene::start().await;
    let input = good().to_string();
    for (rights, expected, right) in [
        (
            &["secretsmanager:PutSecretValue"][..],
            1,
            "lambda:GetFunctionConfiguration",
        ),
        (
            &[
                "secretsmanager:GetSecretValue",
                "lambda:GetFunctionConfiguration",
            ],
            1,
            "secretsmanager:PutSecretValue",
        ),
        // Whoever may only write the secret stores it all the same.
        (
            &[
                "secretsmanager:PutSecretValue",
                "lambda:GetFunctionConfiguration",
            ],
            0,
            "Trying them with Zoom",
        ),
    ] {
        operator::entitle(&scene.stack, rights).await;
        let said = scene.credentials(&[], &input).expect(expected);
        said.explains(&[right]).hides(&HIDDEN);
        assert_eq!(scene.stored().await.is_some(), expected == 0);
    }
}

#[tokio::test]
async fn a_secret_or_function_that_is_not_there_is_named() {
    let scene = Scene::start().await;
    let input = good().to_string();
    for (arguments, missing) in [
        (
            ["--secret", "elsewhere", "--function", FUNCTION],
            "elsewhere",
        ),
        (["--secret", SECRET, "--function", "nobody"], "nobody"),
    ] {
        let arguments = [&["credentials"][..], &arguments].concat();
        let mut command = command(&scene.stack, &AccessKey::root(), &arguments);
        run(&mut command, &input)
            .expect(1)
            .explains(&[missing, "does not exist", "Nothing was stored"])
            .hides(&HIDDEN);
    }
}

#[tokio::test]
async fn a_function_configured_for_an_unsafe_address_gets_no_credentials() {
    let scene = Scene::start().await;
    let variables = [("ZOOM_OAUTH_URL", "http://zoom.us/oauth/token".to_owned())];
    Function::create(&scene.stack, "unsafe", &variables).await;
    let arguments = ["credentials", "--secret", SECRET, "--function", "unsafe"];
    run(
        &mut command(&scene.stack, &scene.key, &arguments),
        &good().to_string(),
    )
    .expect(1)
    .explains(&["ZOOM_OAUTH_URL", "https://", "Nothing was stored"])
    .hides(&HIDDEN);
    assert_eq!(scene.stored().await, None);
}

/// The whole of a rotation: in Zoom, by this command, and the product's next run, in the same process.
#[tokio::test]
async fn replaced_credentials_are_picked_up_by_the_functions_next_run() {
    let scene = Scene::start().await;
    scene.credentials(&[], &good().to_string()).expect(0);
    scene.stack.create_bucket("logs").await.unwrap();
    let mut environment = scene.stack.environment(&AccessKey::root());
    let variables = [
        ("S3_BUCKET", "logs".to_owned()),
        ("ZOOM_SECRET_ID", SECRET.to_owned()),
        ("ZOOM_OAUTH_URL", scene.zoom.oauth_url()),
        ("ZOOM_API_URL", scene.zoom.api_url()),
        ("START_DATE", Utc::now().date_naive().to_string()),
        ("FULL_SWEEP_MINUTES", "0".to_owned()),
    ];
    environment.extend(variables.map(|(name, value)| (name.to_owned(), value)));
    let binary = local_stack::project::program("zoom_operationlogs_to_s3").unwrap();
    let function = local_stack::RuntimeApi::new(binary, environment).unwrap();
    let run = function.invoke(json!({})).await.unwrap();
    assert_eq!(run.answer().unwrap()["ok"], true);
    let process = function.pid();

    let rotated = "kX9-rotated-kX9";
    let mut credentials = scene.zoom.world().credentials().clone();
    credentials.client_secret = rotated.to_owned();
    scene.zoom.world().set_credentials(credentials);
    scene.zoom.world().revoke_access_tokens();
    let run = function.invoke(json!({})).await.unwrap();
    assert!(
        run.error().unwrap().contains("refuses the credentials"),
        "{run:?}"
    );

    let input = object(HIDDEN[0], HIDDEN[1], rotated).to_string();
    scene.credentials(&[], &input).expect(0).hides(&["kX9"]);
    let run = function.invoke(json!({})).await.unwrap();
    assert_eq!(run.answer().unwrap()["ok"], true);
    assert_eq!(function.pid(), process);
}
