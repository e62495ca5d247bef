//! What those get who are none of the pipeline's principals: nothing, neither by themselves nor as a role.

use super::super::{
    calls::{Calls, absent},
    place::Place,
    principals::Principal::*,
    row::{Row, may, may_not},
    tries::NEW,
};

/// Those to whom no policy of theirs gives anything: nor does any of the pipeline's.
pub fn rows(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    let Place {
        prefix,
        state_key,
        entry,
        ..
    } = place;
    let mut rows = Vec::new();
    for (who, because) in [
        (Nobody, "who does not say who he is gets nothing"),
        (Colleague, "no resource's policy allows anything"),
    ] {
        rows.extend([
            may_not(who, "read an entry", because, calls.get(entry)),
            may_not(who, "read the checkpoint", because, calls.get(state_key)),
            may_not(who, "read what is neither log nor checkpoint", because, calls.get("elsewhere")),
            may_not(who, "list the log", because, calls.list(prefix)),
            may_not(who, "append an entry", because, calls.append(&format!("{prefix}{NEW}"))),
            may_not(who, "replace the checkpoint", because, calls.replace_checkpoint()),
            may_not(who, "write anywhere else", because, calls.append("elsewhere")),
            may_not(who, "delete an entry", because, calls.delete(&absent(place))),
            may_not(who, "read the bucket's policy", because, calls.setting("GET", "policy")),
            may_not(who, "change the bucket's policy", because, calls.setting("PUT", "policy")),
            may_not(who, "read the credentials", because, calls.secret("GetSecretValue", &place.secret)),
            may_not(who, "invoke the function", because, calls.invoke(&place.function)),
            may_not(who, "send to the failure queue", because, calls.send(&place.queue_url)),
            may_not(who, "read the failure queue", because, calls.queue("ReceiveMessage", &place.queue_url)),
            may_not(who, "write the function's log", because, calls.logs("PutLogEvents", &place.log_group, "stream")),
            may_not(who, "ring an alarm", because, calls.publish()),
            may_not(who, "assume the function's role", because, calls.assume(&place.function_role)),
        ]);
    }
    // A bucket's name is the same in every account; what has an account in its name is out of reach by that.
    let because = "another account is let in by a resource's policy alone";
    rows.extend([
        may_not(Stranger, "read an entry", because, calls.get(entry)),
        may_not(Stranger, "list the log", because, calls.list(prefix)),
        may_not(Stranger, "append an entry", because, calls.append(&format!("{prefix}{NEW}"))),
        may_not(Stranger, "write anywhere else", because, calls.append("elsewhere")),
        may_not(Stranger, "delete an entry", because, calls.delete(&absent(place))),
    ]);
    rows
}

/// Who gets a session of a role.
pub fn trust(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    let mut tagged = calls.assume(&place.function_role);
    tagged
        .body
        .push_str("&Tags.member.1.Key=a&Tags.member.1.Value=b");
    vec![
        may(Service, "run the function as its role", "LambdaRunsTheFunction", calls.assume(&place.function_role)),
        may_not(Service, "give the function's session a tag", "Lambda gives none", tagged),
        may_not(Administrator, "assume the function's role", "it trusts Lambda alone", calls.assume(&place.function_role)),
        may_not(Administrator, "assume the schedule's role", "it trusts EventBridge Scheduler alone", calls.assume(&place.schedule_role)),
        may_not(Service, "assume the schedule's role without a schedule", "it trusts the schedules of this account's group alone", calls.assume(&place.schedule_role)),
    ]
}
