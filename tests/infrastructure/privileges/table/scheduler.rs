//! What EventBridge Scheduler may do as a schedule's role, and what not.

use local_stack::Call;

use super::super::{
    calls::Calls,
    place::Place,
    principals::Principal,
    row::{Row, may, may_not},
    tries::NEW,
};

pub fn rows(place: &Place) -> Vec<Row> {
    let (calls, scheduler) = (Calls(place), place.scheduler);
    let nothing_allows = "no statement allows it";
    let other_function = format!("{}-other", place.function);
    vec![
        may(scheduler, "invoke the function", "InvokeTheFunction", calls.invoke(&place.function)).answered(204),
        may(scheduler, "report an invocation that was not accepted", "ReportFailedInvocations", calls.send(&place.queue_url)),
        may_not(scheduler, "invoke another function", "not its function", calls.invoke(&other_function)),
        may_not(scheduler, "look at the function", "it only invokes it", calls.function("GET", &place.function, "")),
        may_not(scheduler, "change the function", "it only invokes it", calls.function("PUT", &place.function, "/configuration").body("{}")),
        may_not(scheduler, "send to another queue", "not its queue", calls.send(&place.other_queue_url)),
        may_not(scheduler, "read the failure queue", "it only sends", calls.queue("ReceiveMessage", &place.queue_url)),
        may_not(scheduler, "look at the failure queue", "it only sends", calls.queue("GetQueueAttributes", &place.queue_url)),
        may_not(scheduler, "read an entry", nothing_allows, calls.get(&place.entry)),
        may_not(scheduler, "write an entry", nothing_allows, calls.append(&format!("{}{NEW}", place.prefix))),
        may_not(scheduler, "list the log", nothing_allows, calls.list(&place.prefix)),
        may_not(scheduler, "read the credentials", nothing_allows, calls.secret("GetSecretValue", &place.secret)),
        may_not(scheduler, "write the function's log", nothing_allows, calls.logs("PutLogEvents", &place.log_group, "stream")),
        may_not(scheduler, "assume the function's role", nothing_allows, calls.assume(&place.function_role)),
        may_not(scheduler, "list roles", nothing_allows, calls.iam("ListRoles", &[])),
        may_not(scheduler, "change its schedule", nothing_allows, Call::rest("scheduler", "PUT", format!("/schedules/{}", place.schedule)).body("{}")),
    ]
}

/// Another report's schedule invokes another function.
pub fn keeps_to_its_report(scheduler: Principal, neighbour: &Place) -> Vec<Row> {
    let calls = Calls(neighbour);
    let because = "it is another report's";
    vec![
        may_not(scheduler, "invoke another report's function", because, calls.invoke(&neighbour.function)),
        may_not(scheduler, "send to another function's failure queue", because, calls.send(&neighbour.queue_url)),
    ]
}
