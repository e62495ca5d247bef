//! What the client makes of Zoom's answers: pages and moments.

use any_json::{Json, Spelling, Written, object, report, spelling, text, value};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use proptest::prelude::*;
use support::scripted::{Scripted, TIMEOUT, started};
use zoomlogs_core::record::Record;
use zoomlogs_core::report::{ALL, Report};
use zoomlogs_core::zoom::{Response, ZoomError};

fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        body: body.as_bytes().to_vec().into(),
        ..Response::default()
    }
}

/// The name of a report's array. Written a second time here.
fn rows_of(report: &Report) -> &'static str {
    match report.name {
        "operationlogs" => "operation_logs",
        "activities" => "activity_logs",
        other => panic!("the array of {other} is to be added here"),
    }
}

/// The forms in which a moment can stand in `Retry-After`.
fn forms(moment: DateTime<Utc>, zone: FixedOffset) -> [String; 5] {
    [
        (moment - started()).num_seconds().to_string(),
        moment.with_timezone(&zone).to_rfc3339(),
        moment.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        moment.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        moment.format("%Y-%m-%d %H:%M:%S").to_string(),
    ]
}

proptest! {
    #[test]
    fn a_page_is_read_row_by_row_as_zoom_sent_it(
        report in report(),
        rows in prop::collection::vec((object(), spelling()), 0..6),
        token in prop::option::of(text()),
        others in prop::collection::vec((text(), value()), 0..3),
        spelling in spelling(),
    ) {
        let known = [rows_of(report), "next_page_token"];
        let mut members: Vec<_> =
            others.into_iter().filter(|(key, _)| !known.contains(&key.as_str())).collect();
        let rows: Vec<Written> = rows.iter().map(|(row, spelling)| row.write(spelling)).collect();
        let list = rows.iter().map(|row| Json::Verbatim(row.text.clone())).collect();
        members.push((known[0].to_owned(), Json::Array(list)));
        members.extend(token.clone().map(|token| (known[1].to_owned(), Json::Text(token))));
        let body = Json::Object(members).write(&spelling).text;

        let page = Scripted::new(Vec::new(), vec![answer(200, &body)]).page_of(report).page.unwrap();
        let lines: Vec<_> = page.rows.iter().map(Record::line).collect();
        let sent: Vec<_> = rows.iter().map(|row| row.compact.as_str()).collect();
        prop_assert_eq!(lines, sent);
        prop_assert_eq!(page.next, token.filter(|token| !token.is_empty()));
    }

    #[test]
    fn an_answer_without_an_array_of_rows_is_never_a_page(
        report in report(),
        mut members in prop::collection::vec((text(), value()), 0..4),
        rows in value().prop_filter("an array", |rows| !matches!(rows, Json::Array(_))),
        other in value().prop_filter("an object", |other| !matches!(other, Json::Object(_))),
        spelling in spelling(),
    ) {
        // The rows of another report are no rows.
        let others = ALL.into_iter().filter(|other| *other != report);
        members.extend(others.map(|other| (rows_of(other).to_owned(), Json::Array(Vec::new()))));
        for body in [
            other,
            Json::Object(members.clone()),
            { members.push((rows_of(report).to_owned(), rows)); Json::Object(members.clone()) },
        ] {
            let body = body.write(&spelling).text;
            let page = Scripted::new(Vec::new(), vec![answer(200, &body)]).page_of(report).page;
            prop_assert!(matches!(page, Err(ZoomError::Unavailable { .. })), "{page:?}");
        }
    }

    #[test]
    fn no_request_is_made_before_the_moment_that_zoom_named(
        seconds in 0_i64..100_000,
        offset in -14 * 60..=14 * 60_i32,
        form in 0..5_usize,
        status in prop::sample::select(vec![429_u16, 500, 503]),
    ) {
        let moment = started() + TimeDelta::seconds(seconds);
        let zone = FixedOffset::east_opt(offset * 60).unwrap();
        let refused = Response {
            retry_after: Some(forms(moment, zone)[form].clone()),
            ..answer(status, "")
        };
        let page = Json::Object(vec![("operation_logs".to_owned(), Json::Array(Vec::new()))]);
        let page = page.write(&Spelling::plain()).text;
        let outcome = Scripted::new(Vec::new(), vec![refused, answer(200, &page)]).page();
        match outcome.page {
            Ok(_) => prop_assert!(outcome.asked.len() == 2 && outcome.asked[1] >= moment),
            Err(error) => {
                prop_assert!(moment >= started() + TIMEOUT - TimeDelta::seconds(1));
                prop_assert_eq!(outcome.asked.len(), 1);
                if status == 429 {
                    prop_assert_eq!(error, ZoomError::Throttled {
                        until: moment.min(started() + TimeDelta::hours(24)),
                    });
                }
            }
        }
    }
}
