//! What EventBridge Scheduler may do as the schedule's role, and what not.

use local_stack::Call;

use super::super::{
    calls::Calls,
    place::Place,
    principals::Principal::*,
    row::{Row, may, may_not},
    tries::NEW,
};

pub fn rows(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    let nothing_allows = "no statement allows it";
    let other_function = format!("{}-other", place.function);
    vec![
        may(Scheduler, "invoke the function", "InvokeTheFunction", calls.invoke(&place.function)).answered(204),
        may(Scheduler, "report an invocation that was not accepted", "ReportFailedInvocations", calls.send(&place.queue_url)),
        may_not(Scheduler, "invoke another function", "not its function", calls.invoke(&other_function)),
        may_not(Scheduler, "look at the function", "it only invokes it", calls.function("GET", &place.function, "")),
        may_not(Scheduler, "change the function", "it only invokes it", calls.function("PUT", &place.function, "/configuration").body("{}")),
        may_not(Scheduler, "send to another queue", "not its queue", calls.send(&place.other_queue_url)),
        may_not(Scheduler, "read the failure queue", "it only sends", calls.queue("ReceiveMessage", &place.queue_url)),
        may_not(Scheduler, "look at the failure queue", "it only sends", calls.queue("GetQueueAttributes", &place.queue_url)),
        may_not(Scheduler, "read an entry", nothing_allows, calls.get(&place.entry)),
        may_not(Scheduler, "write an entry", nothing_allows, calls.append(&format!("{}{NEW}", place.prefix))),
        may_not(Scheduler, "list the log", nothing_allows, calls.list(&place.prefix)),
        may_not(Scheduler, "read the credentials", nothing_allows, calls.secret("GetSecretValue", &place.secret)),
        may_not(Scheduler, "write the function's log", nothing_allows, calls.logs("PutLogEvents", &place.log_group, "stream")),
        may_not(Scheduler, "assume the function's role", nothing_allows, calls.assume(&place.function_role)),
        may_not(Scheduler, "list roles", nothing_allows, calls.iam("ListRoles", &[])),
        may_not(Scheduler, "change its schedule", nothing_allows, Call::rest("scheduler", "PUT", format!("/schedules/{}", place.schedule)).body("{}")),
    ]
}
