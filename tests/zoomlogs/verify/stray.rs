//! Objects that are no entries of the days compared.

use chrono::Datelike as _;
use serde_json::json;

use super::scene::{PREFIX, Scene, counts, day_of, days_ago, gzip, key, noon};

#[tokio::test]
async fn whatever_else_lies_under_the_prefix_is_named_and_not_counted() {
    let scene = Scene::delivered().await;
    let (day, other) = (days_ago(1), days_ago(2));
    let copy = format!(
        "{}copy.json.gz",
        key(day, 0).rsplit_once("zoom-").unwrap().0
    );
    let entry = scene.bucket.read(&key(day, 0)).await.unwrap();
    let note = format!("{PREFIX}notes.txt");
    scene.bucket.write(&copy, entry).await.unwrap();
    scene.bucket.write(&note, "kontent").await.unwrap();
    let report = scene.audit(5);
    let found = day_of(&report, day);
    assert_eq!(
        (counts(found), &found["verdict"]),
        ([0, 0, 0], &json!("differs"))
    );
    assert!(found["problems"][0].as_str().unwrap().contains(&copy));
    assert_eq!(report["functions"][0]["astray"][0]["key"], note);
    assert_eq!(day_of(&report, other)["verdict"], "matches");

    let version = scene.bucket.versions(&copy).await.unwrap().remove(0);
    scene
        .bucket
        .delete_version(&copy, &version.id)
        .await
        .unwrap();
    scene.verify(&[]).expect(5).explains(&["stray objects"]);
}

#[tokio::test]
async fn an_object_of_a_day_to_come_is_astray_and_other_days_are_said_to_be_unread() {
    let scene = Scene::delivered().await;
    let lines = scene.truth(days_ago(1));
    let tomorrow = days_ago(0).succ_opt().unwrap();
    let planted = [
        tomorrow.succ_opt().unwrap(),
        noon(days_ago(0)).with_year(2099).unwrap().date_naive(),
    ];
    for day in planted {
        scene
            .bucket
            .write(&key(day, 0), gzip(&lines))
            .await
            .unwrap();
    }
    scene.bucket.delete(&key(planted[1], 0)).await.unwrap();
    // The function may be ahead of this clock.
    scene
        .bucket
        .write(&key(tomorrow, 0), gzip(&lines))
        .await
        .unwrap();
    let report = scene.audit_of((days_ago(1), days_ago(1)), 5);
    let astray = report["functions"][0]["astray"].as_array().unwrap();
    let found: Vec<_> = astray
        .iter()
        .map(|one| (&one["key"], &one["deleted"]))
        .collect();
    assert_eq!(
        found,
        [
            (&json!(key(planted[0], 0)), &json!(false)),
            (&json!(key(planted[1], 0)), &json!(true))
        ]
    );
    let mut others = 0;
    for day in [days_ago(2), days_ago(0), tomorrow] {
        let folder = key(day, 0);
        let folder = folder.rsplit_once('/').unwrap().0;
        others += scene.bucket.keys(folder).await.unwrap().len();
    }
    let remarks = report["functions"][0]["remarks"].to_string();
    let said = format!("{others} objects lie in other days' folders");
    assert!(remarks.contains(&said), "{said}: {remarks}");
    let said = scene.verify(&[]).expect(5).explains(&["stray objects"]);
    for part in [
        "a day that has not come",
        "(deleted since)",
        "remove every version",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
}
