//! Two reports in one bucket, each collected by a function of its own.

use serde_json::{Value, json};
use zoom_simulator::{ExtraFields, Report};

use super::scene::{ACTIVITIES_FUNCTION, FUNCTION, Scene, counts, days_ago, noon};
use crate::environment::{Project, pipeline};

/// The report of this function in an audit.
fn of<'a>(audit: &'a Value, function: &str) -> &'a Value {
    let functions = audit["functions"].as_array().unwrap();
    let mut functions = functions.iter();
    let end = format!(":{function}");
    let found = functions.find(|one| one["function"].as_str().unwrap().ends_with(&end));
    found.unwrap_or_else(|| panic!("no {function} in {audit:#}"))
}

#[tokio::test]
async fn sign_ins_are_compared_by_their_own_fields_beside_the_operation_logs() {
    let scene = Scene::delivered().await;
    scene.deliver_activities().await;
    let mut both = pipeline(FUNCTION);
    let other = both["reports"]["operationlogs"].clone();
    both["reports"]["activities"] = other;
    both["reports"]["activities"]["function_name"] = ACTIVITIES_FUNCTION.into();
    let project = Project::with(&json!({"main": both}));
    let verify = |more: &[&str]| {
        let arguments = [&["verify", "--env", "dev", "--json"], more].concat();
        project.run(&scene.stack, &arguments)
    };
    {
        let fields = json!({"device": "new"}).as_object().unwrap().clone();
        let since = noon(days_ago(3));
        scene.zoom.world().settings.extra_fields = Some(ExtraFields { since, fields });
    }
    let audit = verify(&[]).expect(0).json()["report"].clone();
    let activities = of(&audit, ACTIVITIES_FUNCTION);
    assert_eq!(activities["report"], "activities");
    assert_eq!(activities["prefix"], "zoom/activities/");
    for day in activities["days"].as_array().unwrap() {
        assert_eq!(
            (&day["verdict"], &day["zoom"]["records"]),
            (&json!("matches"), &json!(50))
        );
    }

    // One that the function has not seen, of another client: the other report is as it was.
    let day = days_ago(1);
    {
        let mut zoom = scene.zoom.world();
        let truth = zoom.truth_of_mut(Report::Activities);
        let one = truth.day(day).next().unwrap().json().to_owned();
        let mut changed: Value = serde_json::from_str(&one).unwrap();
        changed["version"] = "99.9".into();
        let changed = zoom_simulator::Record::from_json(&changed.to_string()).unwrap();
        truth.add(day, changed);
    }
    let audit = verify(&[]).expect(5).json()["report"].clone();
    let days = of(&audit, ACTIVITIES_FUNCTION)["days"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(counts(&days[1]), [1, 0, 0]);
    for day in of(&audit, FUNCTION)["days"].as_array().unwrap() {
        assert_eq!(day["verdict"], "matches");
    }
    let audit = verify(&["--report", "operationlogs"]).expect(0).json()["report"].clone();
    assert_eq!(audit["functions"].as_array().unwrap().len(), 1);
}
