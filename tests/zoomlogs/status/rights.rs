//! Who may not see everything.

use local_stack::AccessKey;

use super::{Scene, healthy, metrics, minutes_ago};
use crate::command::{command, run};
use crate::operator;

#[tokio::test]
async fn a_missing_right_hides_its_part_and_no_other() {
    let scene = Scene::start().await;
    scene.keep(&healthy()).await;
    scene.log(&[(minutes_ago(10), metrics(7, true))]).await;
    let stack = &scene.pipeline.stack;
    let configuration = "lambda:GetFunctionConfiguration";
    let key = operator::hire(stack, &[configuration]).await;
    let all = [
        configuration,
        "s3:GetObject",
        "s3:ListBucket",
        "logs:FilterLogEvents",
    ];
    for (without, verdict, unknown) in [
        ("nothing", "green", &[][..]),
        ("s3:GetObject", "green", &["needs s3:GetObject"]),
        (
            "logs:FilterLogEvents",
            "green",
            &["needs logs:FilterLogEvents"],
        ),
        (
            configuration,
            "yellow",
            &["needs lambda:GetFunctionConfiguration", "not known"],
        ),
    ] {
        let rights: Vec<_> = all.into_iter().filter(|right| *right != without).collect();
        operator::entitle(stack, &rights).await;
        let said = run(&mut scene.pipeline.command(&key, &["status", "--json"]), "").expect(0);
        assert_eq!(said.json()["verdict"], verdict, "{said:?}");
        for part in unknown {
            assert!(said.stdout.contains(part), "{part}: {said:?}");
        }
        if unknown.is_empty() {
            assert!(!said.stdout.contains("not_known"), "{said:?}");
        }
    }
    // Nothing by which to tell whether it is healthy.
    operator::entitle(stack, &[configuration]).await;
    let said = run(&mut scene.pipeline.command(&key, &["status"]), "").expect(0);
    for part in [
        "YELLOW",
        "Whether runs are complete is not known",
        "not known (needs s3:GetObject",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
    scene.pipeline.zoomlogs(&["status"]).expect(0);
    let mut nobody = command(
        stack,
        &AccessKey::root(),
        &["status", "--function", "nobody"],
    );
    run(&mut nobody, "")
        .expect(1)
        .explains(&["nobody", "does not exist"]);
}

#[tokio::test]
async fn a_fresh_deployment_is_not_red_for_who_may_not_read_its_log() {
    let scene = Scene::start().await;
    let rights = [
        "lambda:GetFunctionConfiguration",
        "s3:GetObject",
        "s3:ListBucket",
    ];
    let key = operator::hire(&scene.pipeline.stack, &rights).await;
    let said = run(&mut scene.pipeline.command(&key, &["status"]), "").expect(0);
    for part in [
        "YELLOW",
        "Whether runs are complete is not known",
        "not known (needs logs:FilterLogEvents)",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
    assert!(!said.stdout.contains("no run yet"), "{said:?}");
}
