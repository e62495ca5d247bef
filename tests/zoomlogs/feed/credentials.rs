//! Who the caller is to Google.

use std::fs;
use std::process::Command;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_stack::project;
use serde_json::{Value, json};

use super::Scene;
use super::secops::SUBJECT_ID;
use crate::command::run;

/// Prints a new private key. A fixed one would be found by whoever looks for keys in files.
const NEW_KEY: &str = "\
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
print(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode())
";

#[tokio::test(flavor = "multi_thread")]
async fn the_subject_id_is_asked_for() {
    let scene = Scene::start().await;
    let said = scene.run(&["feed", "--subject-id"], "").await.expect(0);
    assert_eq!(said.stdout, format!("{SUBJECT_ID}\n"));
    scene.secops.fail(
        Method::GET,
        &[super::secops::Fault::Status(
            403,
            "PERMISSION_DENIED",
            "no".to_owned(),
        )],
    );
    let said = scene.run(&["feed", "--subject-id"], "").await.expect(3);
    said.explains(&["chronicle.feedServiceAccounts.fetch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_signs_for_itself() {
    let scene = Scene::start().await;
    let made = Command::new(project::python().unwrap())
        .args(["-c", NEW_KEY])
        .output();
    let made = made.unwrap();
    assert!(made.status.success(), "{made:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("account.json");
    let account = json!({
        "type": "service_account", "project_id": "acme-soc", "private_key_id": "1", "client_id": "1",
        "client_email": "feeds@acme-soc.iam.gserviceaccount.com", "private_key": String::from_utf8(made.stdout).unwrap(),
        "token_uri": format!("{}/token", scene.secops.endpoint),
    });
    fs::write(&file, account.to_string()).unwrap();
    let mut command = scene.command(&["feed", "--subject-id"]);
    run(command.env("GOOGLE_APPLICATION_CREDENTIALS", &file), "").expect(0);
    let bearer = &scene.secops.seen(&Method::GET)[0].bearer;
    let claims = bearer.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["iss"], "feeds@acme-soc.iam.gserviceaccount.com");
    assert_eq!(
        claims["scope"],
        "https://www.googleapis.com/auth/cloud-platform"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_it_says_how_to_get_them() {
    let scene = Scene::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.json");
    for (content, said) in [
        (r#"{"type": "kX9"}"#, "cannot be used"),
        ("{", "cannot be used"),
        (
            r#"{"type": "authorized_user", "client_id": "i", "client_secret": "hush", "refresh_token": "revoked",
                "token_uri": "ENDPOINT/token"}"#,
            "400 Bad Request",
        ),
    ] {
        fs::write(&file, content.replace("ENDPOINT", &scene.secops.endpoint)).unwrap();
        let mut command = scene.command(&["feed", "--subject-id"]);
        run(command.env("GOOGLE_APPLICATION_CREDENTIALS", &file), "")
            .expect(1)
            .explains(&[said, "gcloud auth application-default login"])
            .hides(&["hush", "revoked"]);
    }
    // On a machine that is not Google's and where nobody signed in. Nobody listens at port 9 here.
    let mut command = scene.command(&["feed", "--subject-id"]);
    command
        .env("HOME", folder.path())
        .env("GCE_METADATA_HOST", "127.0.0.1:9");
    run(&mut command, "").expect(1).explains(&[
        "or there are none and this",
        "gcloud auth application-default login",
    ]);
}
