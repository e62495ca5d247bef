//! How a row of the table is tried, and what its outcome says.

use std::sync::atomic::{AtomicU64, Ordering};

use local_stack::{AccessKey, Call, Reply, Stack, Transport, Wire};

use super::{
    principals::Principals,
    row::{Expectation, Row},
};

/// Stands in a call for something that was never there before.
pub const NEW: &str = "{new}";

/// What AWS said to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody minded. What was asked for may still not be possible, which the status tells.
    Allowed(u16),
    Denied,
}

/// Tries a row. Says what is wrong if it did not come out as expected.
pub async fn deviation(wire: &Wire, principals: &Principals, row: &Row) -> Option<String> {
    let (outcome, reply) = attempt(wire, principals, row).await;
    let expected = match row.expectation {
        Expectation::Allowed { status, .. } => Outcome::Allowed(status),
        Expectation::Denied { .. } => Outcome::Denied,
    };
    (outcome != expected).then(|| format!("{row}: {} {}", reply.status, reply.body))
}

async fn attempt(wire: &Wire, principals: &Principals, row: &Row) -> (Outcome, Reply) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let new = format!("new-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut call = row.call.clone();
    call.path = call.path.replace(NEW, &new);
    call.body = call.body.replace(NEW, &new);
    let transport = if row.in_the_clear {
        Transport::PlainHttp
    } else {
        Transport::Tls
    };
    let key = principals.key(row.who);
    let reply = wire.call(key, transport, &call).await.unwrap();
    (outcome(&reply, key.is_none()), reply)
}

/// A refusal for any other reason, a wrong signature for instance, is no denial.
fn outcome(reply: &Reply, unsigned: bool) -> Outcome {
    let says = |code: &str| reply.body.contains(code);
    // Without credentials there is nobody whom a policy could name, and most services say just that.
    let denied = says("AccessDenied") || says("AuthorizationError");
    let nobody = says("MissingAuthenticationToken") || says("UnrecognizedClientException");
    if reply.status.is_client_error() && (denied || unsigned && nobody) {
        Outcome::Denied
    } else {
        Outcome::Allowed(reply.status.as_u16())
    }
}

/// Makes a call as root, which must succeed.
pub async fn as_root(stack: &Stack, call: &Call) {
    let wire = stack.wire().unwrap();
    let reply = wire
        .call(Some(&AccessKey::root()), Transport::Tls, call)
        .await
        .unwrap();
    assert!(
        reply.status.is_success(),
        "{call:?}: {} {}",
        reply.status,
        reply.body
    );
}
