//! Signing that fails: before anything is read, and at the end.

use std::fs;
use std::path::Path;

use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use serde_json::{Value, json};

use super::scene::{Held, RIGHTS, Scene, days_ago, noon, record};
use super::sealed::{check, make_key};
use crate::operator;

#[tokio::test]
async fn a_key_that_cannot_sign_is_refused_before_anything_is_read() {
    let scene = Scene::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json").display().to_string();
    let config = scene.stack.config(scene.stack.endpoint()).await;
    let kms = aws_sdk_kms::Client::new(&config);
    let edwards = kms
        .create_key()
        .key_spec(KeySpec::EccNistEdwards25519)
        .key_usage(KeyUsageType::SignVerify);
    let edwards = edwards
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap()
        .arn
        .unwrap();
    scene.zoom.world().clear_requests();
    for (key, part) in [
        (edwards.as_str(), "ECC_NIST_P256"),
        ("alias/nobody", "alias/nobody"),
    ] {
        scene
            .verify(&["--sign", key, "--report-file", &file])
            .expect(1)
            .explains(&[part]);
    }
    let (arn, _) = make_key(&scene, KeySpec::EccNistP256).await;
    let others: Vec<_> = RIGHTS
        .into_iter()
        .filter(|right| *right != "kms:GetPublicKey")
        .collect();
    operator::entitle(&scene.stack, &others).await;
    scene
        .verify(&["--sign", &arn, "--report-file", &file])
        .expect(1)
        .explains(&["kms:GetPublicKey", &arn]);
    // RIGHTS are without kms:Sign.
    operator::entitle(&scene.stack, &RIGHTS).await;
    scene
        .verify(&["--sign", &arn, "--report-file", &file])
        .expect(1)
        .explains(&["kms:Sign", &arn]);
    assert_eq!(scene.zoom.world().requests().len(), 0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_shown_though_it_cannot_be_signed_or_written_in_the_end() {
    let scene = Scene::delivered().await;
    let (arn, _) = make_key(&scene, KeySpec::EccNistP256).await;
    let day = days_ago(1);
    scene.zoom.world().truth.add(day, record(noon(day), "late"));
    let signing = [&RIGHTS[..], &["kms:Sign"]].concat();
    operator::entitle(&scene.stack, &signing).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json").display().to_string();
    let arguments = ["--sign", &arn, "--report-file", &file];
    let said = scene
        .verify_meanwhile(Held::first(day), &arguments, async || {
            operator::entitle(&scene.stack, &RIGHTS).await;
        })
        .await
        .expect(1)
        .explains(&[
            "UNSIGNED",
            "kms:Sign",
            &format!("do not match: operationlogs {day}"),
        ]);
    assert!(said.stdout.contains("DOES NOT MATCH"), "{said:?}");
    let report: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(
        (&report["report"]["verdict"], &report["signature"]),
        (&json!("differs"), &Value::Null)
    );
    check(&scene, Path::new(&file), &[]).expect(0);

    let said = scene
        .verify_meanwhile(Held::first(day), &["--report-file", &file], async || {
            fs::remove_dir_all(folder.path()).unwrap();
        })
        .await
        .expect(1)
        .explains(&["cannot be written", &file]);
    assert!(said.stdout.contains("DOES NOT MATCH"), "{said:?}");
}
