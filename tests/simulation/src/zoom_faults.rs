//! What can be wrong with an answer of Zoom's.

use zoom_simulator::{Answer, Delivery, Endpoint, Fault, Reply, Request, RetryAfter};

use crate::tally::Kind;
use crate::world::World;

/// Chooses what goes wrong with one request.
///
/// Not among these are pages that begin too early or too late or come twice, and rows that vanish while a sweep reads: a
/// Zoom that skips rows by itself, or repeats them, cannot be told from one that has others.
pub(crate) fn choose(world: &World, request: &Request) -> (Kind, Fault) {
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
    if request.endpoint() != Endpoint::Report {
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
        // On a first page there is no token to repeat.
        if request.query.contains("next_page_token") {
            (Kind::RepeatedPageToken, Fault::RepeatedPageToken)
        } else {
            (Kind::EmptyPage, Fault::EmptyPage)
        },
        (Kind::EmptyPage, Fault::EmptyPage),
    ];
    let number = world.between(0, (broken_connection.len() + others.len()) as i64 - 1) as usize;
    broken_connection
        .into_iter()
        .chain(others)
        .nth(number)
        .unwrap_or((Kind::Hang, Fault::Hang))
}

/// Whether the fault happened: damage to Zoom's answer is none where Zoom refuses.
pub(crate) fn happened(kind: Kind, reply: &Reply) -> bool {
    let damages_a_page = matches!(
        kind,
        Kind::Unparsable
            | Kind::NotAReport
            | Kind::TooLarge
            | Kind::RepeatedPageToken
            | Kind::EmptyPage
    );
    let refused = whole(reply).is_some_and(|answer| answer.status != 200);
    !(damages_a_page && refused)
}

/// Whether Zoom says that the day's quota is spent.
pub(crate) fn is_daily_limit(reply: &Reply) -> bool {
    whole(reply).is_some_and(|answer| {
        let kind = answer.header_value("x-ratelimit-type").unwrap_or_default();
        // What is too large to be read says nothing.
        answer.status == 429 && answer.padding == 0 && kind.to_ascii_lowercase().contains("daily")
    })
}

fn whole(reply: &Reply) -> Option<&Answer> {
    match &reply.delivery {
        Delivery::Whole(answer) => Some(answer),
        _ => None,
    }
}
