//! What is found in days that do not move any more.

use serde_json::json;
use zoom_simulator::{ExtraFields, Layout};

use super::scene::{PER_DAY, Scene, counts, day_of, days_ago, gzip, key, noon, record};

#[tokio::test]
async fn what_the_function_delivered_matches() {
    let scene = Scene::start().await;
    // Two that are really equal: on one page, and on two.
    let day = days_ago(1);
    for name in ["equal", "equal"] {
        let mut zoom = scene.zoom.world();
        zoom.truth.add(day, record(noon(day), name));
        let first = zoom.truth.day(day).next_back().unwrap().clone();
        zoom.truth.insert(day, zoom_simulator::Place::Head, first);
    }
    scene.deliver().await;
    scene.function.invoke(json!({})).await.unwrap();
    let report = scene.audit(0);
    assert_eq!(report["verdict"], "matches");
    for day in [days_ago(2), days_ago(1)] {
        let day = day_of(&report, day);
        assert_eq!(
            (&day["state"], &day["verdict"]),
            (&json!("settled"), &json!("matches"))
        );
        assert_eq!(day["zoom"]["records"], day["bucket"]["records"]);
        assert_eq!(day["zoom"]["sha256"], day["bucket"]["sha256"]);
        assert_eq!(counts(day), [0, 0, 0]);
        let objects = day["bucket"]["objects"].as_array().unwrap();
        assert!(objects.len() > 1);
        for object in objects {
            let key = object["key"].as_str().unwrap();
            let bytes = scene.bucket.read(key).await.unwrap();
            assert_eq!(object["size"], bytes.len());
            let lines = scene.bucket.lines(key).await.unwrap();
            assert_eq!(object["records"], lines.len());
        }
    }
    assert_eq!(day_of(&report, day)["zoom"]["records"], PER_DAY + 4);
    // Equal rows on two pages are believed when a second reading agrees.
    assert_eq!(day_of(&report, day)["zoom"]["readings"], 2);
    let said = scene.verify(&[]).expect(0);
    assert!(
        said.stdout
            .contains("Everything matches: 104 records on 2 days"),
        "{said:?}"
    );
    assert!(said.stderr.contains("It stops at"), "{said:?}");
    assert!(
        said.stdout.contains("are left out: the collection began"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_field_that_zoom_adds_later_makes_no_other_record() {
    let scene = Scene::delivered().await;
    {
        let mut zoom = scene.zoom.world();
        let fields = json!({"region": "eu", "session": 7})
            .as_object()
            .unwrap()
            .clone();
        let since = noon(days_ago(3));
        zoom.settings.extra_fields = Some(ExtraFields { since, fields });
        zoom.settings.layout = Layout::Pretty;
    }
    scene.audit(0);
}

#[tokio::test]
async fn a_late_row_of_a_settled_day_is_missing_and_not_shown_unless_asked_for() {
    let scene = Scene::delivered().await;
    let day = days_ago(2);
    let late = record(noon(day), "late");
    scene.zoom.world().truth.add(day, late.clone());
    let report = scene.audit(5);
    let found = day_of(&report, day);
    assert_eq!(
        (counts(found), &found["verdict"]),
        ([1, 0, 0], &json!("differs"))
    );
    assert_eq!(day_of(&report, days_ago(1))["verdict"], "matches");
    let example = &found["examples"][0];
    assert_eq!(example["kind"], "missing");
    assert_eq!(example["places"], json!([]));
    assert_eq!(example["digest"].as_str().unwrap().len(), 64);

    let said = scene
        .verify(&[])
        .expect(5)
        .explains(&["do not match", &format!("operationlogs {day}")]);
    for part in [
        &format!("missing: {day}T12:00:00Z"),
        "A replay of the day delivers",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
    let said = scene.verify_and_show(&["--show"]).expect(5);
    assert!(said.stdout.contains(late.json()), "{said:?}");

    let from = day.to_string();
    let replay = json!({"from": from, "to": from});
    scene.function.invoke(replay).await.unwrap();
    scene.audit(0);
}

#[tokio::test]
async fn doubled_foreign_and_misfiled_records_are_told_apart() {
    let scene = Scene::delivered().await;
    let (day, other) = (days_ago(1), days_ago(2));
    let [doubled, misfiled] = [day, other].map(|day| scene.truth(day).swap_remove(7));
    let foreign = record(noon(day), "nobody").json().to_owned();
    let entry = scene
        .append(
            day,
            &[
                doubled.clone(),
                foreign.clone(),
                foreign.clone(),
                misfiled.clone(),
            ],
        )
        .await;
    let report = scene.audit(5);
    let found = day_of(&report, day);
    assert_eq!(counts(found), [0, 1, 3]);
    assert_eq!(found["foreign_of_another_day"], 1);
    assert_eq!(day_of(&report, other)["verdict"], "matches");
    let places: Vec<_> = found["examples"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["places"])
        .collect();
    assert!(
        places[0]
            .as_array()
            .unwrap()
            .contains(&json!(format!("{entry} line 1")))
    );
    let foreign_places = json!([format!("{entry} line 2"), format!("{entry} line 3")]);
    assert!(places.contains(&&foreign_places), "{places:?}");

    let said = scene.verify_and_show(&["--show"]).expect(5);
    for line in [&doubled, &foreign, &misfiled] {
        assert!(said.stdout.contains(line.as_str()), "{line}: {said:?}");
    }
    assert!(said.stdout.contains("in the wrong folder"), "{said:?}");
}

#[tokio::test]
async fn an_entry_that_was_removed_leaves_a_gap_and_missing_records() {
    let scene = Scene::delivered().await;
    let day = days_ago(1);
    let versions = scene.bucket.versions(&key(day, 1)).await.unwrap();
    let records = scene.bucket.lines(&key(day, 1)).await.unwrap().len();
    for version in versions {
        scene
            .bucket
            .delete_version(&version.key, &version.id)
            .await
            .unwrap();
    }
    let report = scene.audit(5);
    let found = day_of(&report, day);
    assert_eq!(counts(found), [records as u64, 0, 0]);
    let problems = found["problems"].to_string();
    assert!(problems.contains("no entry 000001"), "{problems}");
    assert_eq!(found["examples"].as_array().unwrap().len(), 5);
    let from = day.to_string();
    let said = scene
        .verify(&["--from", &from, "--examples", "7"])
        .expect(5);
    assert_eq!(said.stdout.matches(": missing: ").count(), 7, "{said:?}");
    assert!(said.stdout.contains("these are examples"), "{said:?}");
}

#[tokio::test]
async fn an_entry_that_the_feed_deleted_counts_as_delivered() {
    let scene = Scene::delivered().await;
    let day = days_ago(1);
    scene.bucket.delete(&key(day, 1)).await.unwrap();
    let report = scene.audit(0);
    let objects = day_of(&report, day)["bucket"]["objects"]
        .as_array()
        .unwrap()
        .clone();
    let deleted: Vec<_> = objects
        .iter()
        .filter(|one| one["deleted"] == true)
        .map(|one| &one["key"])
        .collect();
    assert_eq!(deleted, [&json!(key(day, 1))]);
    let said = scene.verify(&[]).expect(0);
    assert!(
        said.stdout
            .contains("1 entry was delivered and deleted since"),
        "{said:?}"
    );
}

#[tokio::test]
async fn damaged_and_rewritten_entries_are_named() {
    let scene = Scene::delivered().await;
    let (day, other) = (days_ago(1), days_ago(2));
    let whole = scene.bucket.read(&key(day, 0)).await.unwrap();
    let records = scene.bucket.lines(&key(day, 0)).await.unwrap().len() as u64;
    let version = scene.bucket.versions(&key(day, 0)).await.unwrap().remove(0);
    scene
        .bucket
        .delete_version(&version.key, &version.id)
        .await
        .unwrap();
    scene
        .bucket
        .write(&key(day, 0), &whole[..whole.len() / 2])
        .await
        .unwrap();
    let again = scene.bucket.lines(&key(other, 1)).await.unwrap();
    scene
        .bucket
        .write(&key(other, 1), gzip(&again))
        .await
        .unwrap();

    let report = scene.audit(5);
    let found = day_of(&report, day);
    assert_eq!(counts(found), [records, 0, 0]);
    let problems = found["problems"].to_string();
    assert!(
        problems.contains(&key(day, 0)) && problems.contains("damaged gzip"),
        "{problems}"
    );
    let found = day_of(&report, other);
    assert_eq!(counts(found), [0, again.len() as u64, 0]);
    let problems = found["problems"].to_string();
    assert!(
        problems.contains("entry 000001 has 2 versions"),
        "{problems}"
    );
}
