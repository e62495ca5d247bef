//! The report for an auditor: its digest, its signature, and what becomes of one that was changed.

use std::fs;
use std::path::Path;
use std::process::Command;

use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::Value;

use super::scene::{FUNCTION, RIGHTS, SECRET, Scene, days_ago};
use crate::command::{Said, command, run};
use crate::operator;

/// What an auditor is told to do with the files report.json and key.pem.
fn offline() -> &'static str {
    let docs = include_str!("../../../docs/verify.md");
    let block = docs
        .split("```sh\n")
        .find(|block| block.contains("openssl dgst"));
    let (commands, _) = block.unwrap().split_once("```").unwrap();
    commands
}

/// The statements of the policy that an auditor is told to ask for.
fn policy(function: &str, secret: &str, bucket: &str, key: &str) -> Value {
    let docs = include_str!("../../../docs/verify.md");
    let (_, rest) = docs.split_once("```json\n").unwrap();
    let (policy, _) = rest.split_once("```").unwrap();
    let policy = policy
        .replace("SIGNING_KEY_ARN", key)
        .replace("FUNCTION_ARN", function)
        .replace("SECRET_ARN", secret)
        .replace("BUCKET_ARN", bucket);
    serde_json::from_str(&policy).unwrap()
}

pub fn check(scene: &Scene, file: &Path, more: &[&str]) -> Said {
    let file = file.display().to_string();
    let arguments = [&["verify", "--check", &file], more].concat();
    run(&mut command(&scene.stack, &scene.auditor, &arguments), "")
}

fn openssl_verifies(folder: &Path) -> bool {
    let ran = Command::new("sh")
        .args(["-euc", offline()])
        .current_dir(folder)
        .output();
    let ran = ran.expect("sh, jq, openssl and sha256sum");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let right = ran.status.success() && said.contains("Verified OK");
    assert!(
        right || said.contains("FAIL") || !ran.status.success(),
        "{ran:?}"
    );
    right
}

/// Makes a key, and returns its ARN and its public part in PEM.
pub async fn make_key(scene: &Scene, spec: KeySpec) -> (String, String) {
    let config = scene.stack.config(scene.stack.endpoint()).await;
    let kms = aws_sdk_kms::Client::new(&config);
    let made = kms
        .create_key()
        .key_spec(spec)
        .key_usage(KeyUsageType::SignVerify);
    let arn = made
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap()
        .arn
        .unwrap();
    let public = kms.get_public_key().key_id(&arn).send().await.unwrap();
    let body = BASE64.encode(public.public_key.unwrap().into_inner());
    let lines: Vec<_> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    );
    (arn, pem)
}

#[tokio::test]
async fn a_signed_report_is_confirmed_by_kms_by_its_key_alone_and_by_openssl() {
    let scene = Scene::delivered().await;
    operator::entitle(&scene.stack, &[&RIGHTS[..], &["kms:Sign"]].concat()).await;
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let pem = folder.path().join("key.pem");
    for spec in [KeySpec::EccNistP256, KeySpec::EccNistP384, KeySpec::Rsa2048] {
        let (arn, public) = make_key(&scene, spec.clone()).await;
        fs::write(&pem, &public).unwrap();
        let file = report.display().to_string();
        scene
            .verify(&["--sign", &arn, "--report-file", &file])
            .expect(0);
        let text = fs::read_to_string(&report).unwrap();
        let sealed: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(sealed["signature"]["key"], arn);
        let auditor = sealed["report"]["auditor"]["arn"].as_str().unwrap();
        assert!(auditor.ends_with(":user/operator"), "{auditor}");

        let by_file = ["--public-key", pem.to_str().unwrap()];
        for how in [&[][..], &by_file] {
            let said = check(&scene, &report, how).expect(0);
            for part in [&arn, auditor, "Its verdict: matches"] {
                assert!(said.stdout.contains(part), "{part}: {said:?}");
            }
        }
        assert!(openssl_verifies(folder.path()), "{spec:?}");

        // With a digest that fits what it was changed to, the signature still does not.
        let mut changed = sealed.clone();
        changed["report"]["functions"][0]["days"][0]["missing"] = 1.into();
        changed["digest"]["value"] = digest(&changed["report"]).into();
        fs::write(&report, changed.to_string()).unwrap();
        for how in [&[][..], &by_file] {
            check(&scene, &report, how)
                .expect(5)
                .explains(&["the signature is not that of", &arn]);
        }
        assert!(!openssl_verifies(folder.path()), "{spec:?}");
        let (_, another) = make_key(&scene, spec).await;
        fs::write(&report, &text).unwrap();
        fs::write(&pem, another).unwrap();
        check(&scene, &report, &by_file)
            .expect(5)
            .explains(&["or it is another key"]);
    }
}

/// The SHA-256 of a value as jq would print it.
fn digest(value: &Value) -> String {
    use sha2::Digest as _;
    // Its maps are sorted.
    let hash = sha2::Sha256::digest(value.to_string());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn an_unsigned_report_is_confirmed_by_its_digest_and_a_changed_one_is_not() {
    let scene = Scene::delivered().await;
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    fs::write(&report, "an earlier one").unwrap();
    let file = report.display().to_string();
    let from = days_ago(1).to_string();
    scene
        .verify(&["--from", &from, "--report-file", &file])
        .expect(0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let text = fs::read_to_string(&report).unwrap();
    let said = check(&scene, &report, &[]).expect(0);
    assert!(said.stdout.contains("It is not signed"), "{said:?}");
    assert_eq!(
        check(&scene, &report, &["--json"]).expect(0).json()["signed_by"],
        Value::Null
    );
    let sealed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(sealed["digest"]["value"], digest(&sealed["report"]));

    // Reformatted it is the same report.
    fs::write(&report, sealed.to_string()).unwrap();
    check(&scene, &report, &[]).expect(0);
    fs::write(
        &report,
        text.replacen("\"missing\": 0", "\"missing\": 1", 1),
    )
    .unwrap();
    check(&scene, &report, &[])
        .expect(5)
        .explains(&["the report was changed"]);
    // A member that stands twice: parsers differ in which one they keep.
    fs::write(
        &report,
        text.replacen("\"missing\": 0", "\"missing\": 0, \"missing\": 0", 1),
    )
    .unwrap();
    check(&scene, &report, &[])
        .expect(5)
        .explains(&["the report was changed"]);
    for no_report in ["", "{}", "[]", "{\"report\": 7}"] {
        fs::write(&report, no_report).unwrap();
        check(&scene, &report, &[])
            .expect(2)
            .explains(&["no report of zoomlogs verify"]);
    }
    fs::remove_file(&report).unwrap();
    check(&scene, &report, &[])
        .expect(1)
        .explains(&["cannot be read"]);
    fs::write(&report, &text).unwrap();
    let pem = folder.path().join("key.pem");
    fs::write(&pem, "no key").unwrap();
    let by_file = ["--public-key", pem.to_str().unwrap()];
    check(&scene, &report, &by_file)
        .expect(5)
        .explains(&["not signed"]);
}

#[tokio::test]
async fn the_documented_policy_is_enough_and_each_statement_is_needed() {
    let scene = Scene::delivered().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json").display().to_string();
    let (key, _) = make_key(&scene, KeySpec::EccNistP256).await;
    let secrets = scene.stack.aws().secrets.describe_secret();
    let secret = secrets.secret_id(SECRET).send().await.unwrap();
    let lambda = scene.stack.aws().lambda.get_function_configuration();
    let function = lambda.function_name(FUNCTION).send().await.unwrap();
    let bucket = format!("arn:aws:s3:::{}", scene.bucket.name());
    let statements = policy(
        &function.function_arn.unwrap(),
        &secret.arn.unwrap(),
        &bucket,
        &key,
    );
    let verify = || scene.verify(&["--sign", &key, "--report-file", &file]);
    operator::allow(&scene.stack, operator::NAME, &statements).await;
    let said = verify().expect(0);
    assert!(!said.stdout.contains("cannot be read"), "{said:?}");
    for left_out in 0..statements.as_array().unwrap().len() {
        let mut others = statements.clone();
        others.as_array_mut().unwrap().remove(left_out);
        operator::allow(&scene.stack, operator::NAME, &others).await;
        let said = verify().expect(1);
        let named = statements[left_out]["Action"].to_string();
        let mut actions = named.split('"').filter(|word| word.contains(':'));
        let denied = |action| said.stdout.contains(action) || said.stderr.contains(action);
        assert!(actions.any(denied), "{named}: {said:?}");
    }
}
