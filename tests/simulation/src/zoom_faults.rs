//! What can be wrong with an answer of Zoom's.

use zoom_simulator::{Endpoint, Fault, RetryAfter};

use crate::tally::Kind;
use crate::world::World;

/// Chooses what goes wrong with one request.
///
/// Not among these are pages that begin too early or too late or come twice, and rows that vanish while a sweep reads: a
/// Zoom that skips rows by itself, or repeats them, cannot be told from one that has others.
pub(crate) fn choose(world: &World, endpoint: Endpoint) -> (Kind, Fault) {
    let retry_after = world.pick(
        &[
            RetryAfter::Absent,
            RetryAfter::Seconds,
            RetryAfter::HttpDate,
            RetryAfter::Rfc3339,
        ],
        RetryAfter::Absent,
    );
    let status = world.pick(&[500, 502, 503, 504], 503);
    let broken_connection = [
        (Kind::ServerError, Fault::Status(status)),
        (Kind::HtmlPage, Fault::Html(status)),
        (Kind::Cut, Fault::CutBeforeAnswer),
        (Kind::Cut, Fault::CutInBody(40)),
        (Kind::Hang, Fault::Hang),
        (Kind::Unparsable, Fault::TruncatedJson),
        (Kind::Unparsable, Fault::NotJson),
    ];
    if endpoint != Endpoint::Report {
        let refusal = [(Kind::BadCredentials, Fault::InvalidClient)];
        let number = world.between(0, broken_connection.len() as i64) as usize;
        return broken_connection
            .into_iter()
            .chain(refusal)
            .nth(number)
            .unwrap_or((Kind::Hang, Fault::Hang));
    }
    let others = [
        (
            Kind::PerSecondLimit,
            Fault::PerSecondLimit {
                retry_after,
                seconds: 2,
            },
        ),
        (
            Kind::DailyLimit,
            Fault::DailyLimit {
                retry_after,
                headers: true,
            },
        ),
        (Kind::AccessTokenRefused, Fault::InvalidAccessToken),
        (Kind::AccessTokenRefused, Fault::AccessTokenExpired),
        (Kind::AccessTokenRefused, Fault::AccessTokensRevoked),
        (Kind::PageTokenRefused, Fault::PageTokenInvalid),
        (Kind::PageTokenRefused, Fault::PageTokensForgotten),
        (Kind::MissingScope, Fault::MissingScope),
        (Kind::MissingScope, Fault::MissingClassicScope),
        (Kind::NoPermission, Fault::NoPermission),
        (
            Kind::OddRefusal,
            Fault::Answer {
                status: 418,
                headers: Vec::new(),
                body: r#"{"code":1,"message":"no"}"#.to_owned(),
            },
        ),
        (Kind::NotAReport, Fault::LogsMissing),
        (Kind::NotAReport, Fault::LogsNull),
        (Kind::NotAReport, Fault::LogsNotAnArray),
        (Kind::TooLarge, Fault::Oversized(65 << 20)),
        (Kind::RepeatedPageToken, Fault::RepeatedPageToken),
        (Kind::EmptyPage, Fault::EmptyPage),
    ];
    let number = world.between(0, (broken_connection.len() + others.len()) as i64 - 1) as usize;
    broken_connection
        .into_iter()
        .chain(others)
        .nth(number)
        .unwrap_or((Kind::Hang, Fault::Hang))
}
