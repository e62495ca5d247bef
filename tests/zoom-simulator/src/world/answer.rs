//! How a request is answered: by Zoom's own rules, or by what a script puts in their place.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::World;
use crate::fault::Fault;
use crate::limits::Verdict;
use crate::page::{self, Rows};
use crate::paging::{Position, Query};
use crate::reply::{Answer, Delivery, Reply};
use crate::report::Report;
use crate::request::{Endpoint, Request};
use crate::request_log::LoggedRequest;
use crate::script::Asked;
use crate::zoom_error;

impl World {
    /// What the client that sends `request` at `now` meets.
    pub fn handle(&mut self, now: DateTime<Utc>, request: &Request) -> Reply {
        let asked = self.look_at(now, request);
        let faults = self.scripts.play(&asked, &mut self.chance_rng);
        let mut delay = Duration::ZERO;
        let mut outcome = None;
        for fault in &faults {
            match fault {
                Fault::Latency(milliseconds) => delay += Duration::from_millis(*milliseconds),
                fault if !self.change(fault, asked.report) => outcome = Some(fault),
                _ => {}
            }
        }
        let delivery = self.deliver(now, request, &asked, outcome);
        self.record(now, request, asked, &delivery, faults);
        Reply { delay, delivery }
    }

    /// Counts a request and looks up what scripts tell it apart by.
    fn look_at(&mut self, now: DateTime<Utc>, request: &Request) -> Asked {
        let endpoint = request.endpoint();
        let number = self.asked.entry(endpoint).or_default();
        *number += 1;
        let report = request.asked_report();
        let query = report.and_then(|report| Query::read(request, report).ok());
        let page = query.as_ref().and_then(|query| {
            let offset = match page_token(request) {
                None => 0,
                Some(token) => {
                    self.page_tokens
                        .find(now, &token, query, &self.settings)?
                        .offset
                }
            };
            Some(offset / query.page_size + 1)
        });
        Asked {
            endpoint,
            report,
            number: *number,
            days: query.map(|query| (query.from, query.to)),
            page,
        }
    }

    /// Lets a fault change the account, if it is one that does.
    fn change(&mut self, fault: &Fault, report: Option<Report>) -> bool {
        let truth = self.truth_of_mut(report.unwrap_or_default());
        match fault {
            Fault::Arrival {
                date,
                place,
                records,
            } => {
                for record in records {
                    truth.insert(*date, *place, record.clone());
                }
            }
            Fault::Vanishing {
                date,
                position,
                count,
            } => {
                for _ in 0..*count {
                    truth.remove(*date, *position);
                }
            }
            Fault::AccessTokensRevoked => self.access_tokens.revoke_all(),
            Fault::PageTokensForgotten => self.page_tokens.forget_all(),
            _ => return false,
        }
        true
    }

    fn record(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        asked: Asked,
        delivery: &Delivery,
        faults: Vec<Fault>,
    ) {
        let (status, bytes) = match delivery {
            Delivery::Whole(answer) => (Some(answer.status), answer.len()),
            Delivery::Cut(answer, bytes) => (Some(answer.status), *bytes as u64),
            Delivery::Dropped | Delivery::Hang => (None, 0),
        };
        self.log.push(LoggedRequest {
            time: now,
            endpoint: asked.endpoint,
            report: asked.report,
            number: asked.number,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.masked_query(),
            page: asked.page,
            status,
            bytes,
            faults,
        });
    }

    fn deliver(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        asked: &Asked,
        fault: Option<&Fault>,
    ) -> Delivery {
        match fault {
            Some(Fault::Hang) => return Delivery::Hang,
            Some(Fault::CutBeforeAnswer) => return Delivery::Dropped,
            _ => {}
        }
        if let Some(answer) = fault.and_then(|fault| self.instead(now, fault, asked.report)) {
            return Delivery::Whole(answer);
        }
        let mut answer = match (asked.endpoint, asked.report) {
            (_, Some(report)) => self
                .report(now, request, report, asked.number, fault)
                .unwrap_or_else(|refusal| *refusal),
            (Endpoint::OAuth, _) => self.access_tokens.grant(
                now,
                request,
                &self.credentials,
                &self.settings,
                &mut self.token_rng,
            ),
            _ => zoom_error::not_recognised(),
        };
        match fault {
            Some(Fault::CutInBody(bytes)) => {
                // Cut at its very end it would be complete.
                let cut = (*bytes).min(answer.body.len().saturating_sub(1));
                return Delivery::Cut(answer, cut);
            }
            Some(Fault::TruncatedJson) => answer.body.truncate(answer.body.len() / 2),
            Some(Fault::NotJson) => {
                answer.body = b"upstream connect error or disconnect/reset before headers".to_vec()
            }
            Some(Fault::Oversized(bytes)) => answer.padding = bytes.saturating_sub(answer.len()),
            _ => {}
        }
        Delivery::Whole(answer)
    }

    /// The answer that a fault puts in place of Zoom's own.
    fn instead(&self, now: DateTime<Utc>, fault: &Fault, report: Option<Report>) -> Option<Answer> {
        Some(match fault {
            Fault::Status(status) => zoom_error::failed(*status),
            Fault::Html(status) => zoom_error::html_page(*status),
            Fault::PerSecondLimit {
                retry_after,
                seconds,
            } => zoom_error::per_second_limit(now, *retry_after, *seconds),
            Fault::DailyLimit {
                retry_after,
                headers,
            } => zoom_error::daily_limit(now, *retry_after, *headers, self.settings.per_day),
            Fault::InvalidAccessToken => zoom_error::invalid_access_token(),
            Fault::AccessTokenExpired => zoom_error::access_token_expired(),
            Fault::PageTokenInvalid => zoom_error::page_token_invalid(),
            Fault::MissingScope => zoom_error::missing_scope(report.unwrap_or_default()),
            Fault::MissingClassicScope => zoom_error::missing_classic_scope(),
            Fault::NoPermission => zoom_error::no_permission(),
            Fault::InvalidClient => zoom_error::invalid_client(self.settings.invalid_client_status),
            Fault::Answer {
                status,
                headers,
                body,
            } => headers.iter().fold(
                Answer::json(*status, body.as_str()),
                |answer, (name, value)| answer.header(&name.to_lowercase(), value),
            ),
            _ => return None,
        })
    }

    /// Answers a request for `report`.
    fn report(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        report: Report,
        number: u64,
        fault: Option<&Fault>,
    ) -> Result<Answer, Box<Answer>> {
        self.access_tokens
            .check(now, request, report, &self.settings)?;
        let remaining = match self.limits.admit(now, &self.settings) {
            Verdict::Admitted { remaining } => remaining,
            Verdict::PerSecond => {
                let refusal =
                    zoom_error::per_second_limit(now, self.settings.per_second_retry_after, 1);
                return Err(refusal.into());
            }
            Verdict::Daily => {
                let form = self.settings.daily_retry_after;
                return Err(zoom_error::daily_limit(now, form, true, self.settings.per_day).into());
            }
        };
        let query = Query::of(request, report, now, &self.settings)
            .map_err(|error| zoom_error::invalid_query(&error.to_string()))?;
        let token = page_token(request);
        let position = match &token {
            None => page::begin(self.truth_of(report), &query, &self.settings, number),
            Some(token) => self
                .page_tokens
                .find(now, token, &query, &self.settings)
                .ok_or_else(zoom_error::page_token_invalid)?
                .clone(),
        };
        let page = page::page(
            self.truth_of(report),
            &query,
            &self.settings,
            &position,
            number,
        );

        let end = position.offset + query.page_size;
        let next = match fault {
            Some(Fault::EmptyPage | Fault::RepeatedPage) => Some(position.offset),
            Some(Fault::NextPageEarly(rows)) => {
                (end < page.total).then(|| end.saturating_sub(*rows))
            }
            Some(Fault::NextPageLate(rows)) => (end < page.total).then_some(end + rows),
            _ => (end < page.total).then_some(end),
        };
        let next_token = match (fault, token) {
            (Some(Fault::RepeatedPageToken), Some(token)) => Some(token),
            _ => next.map(|offset| {
                let next = Position { offset, ..position };
                self.page_tokens
                    .issue(now, &query, next, &self.settings, &mut self.token_rng)
            }),
        };
        let rows = match fault {
            Some(Fault::EmptyPage) => Rows::These(&[]),
            Some(Fault::LogsMissing) => Rows::Missing,
            Some(Fault::LogsNull) => Rows::Null,
            Some(Fault::LogsNotAnArray) => Rows::NotAnArray,
            _ => Rows::These(&page.rows),
        };
        let body = page::body(now, &query, rows, next_token.as_deref(), &self.settings);
        Ok(Answer::json(200, body)
            .header("x-ratelimit-category", "Heavy")
            .header("x-ratelimit-limit", self.settings.per_day.to_string())
            .header("x-ratelimit-remaining", remaining.to_string()))
    }
}

/// The page token of a request; an empty one asks for the first page.
fn page_token(request: &Request) -> Option<String> {
    request
        .parameter("next_page_token")
        .filter(|token| !token.is_empty())
}
