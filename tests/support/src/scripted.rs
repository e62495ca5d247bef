//! A Zoom that answers what it is told to, for the public client: the way to what parses Zoom's bodies and headers.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use zoomlogs_core::report::{OPERATION_LOGS, Report};
use zoomlogs_core::secret::Credentials;
use zoomlogs_core::zoom::{
    Client, Meter, Page, PageQuery, Request, Response, Transport, TransportError, Usage, Zoom,
    ZoomError,
};

use crate::credentials::FixedCredentials;
use crate::drive::finish;
use crate::endpoints::endpoints;
use crate::manual_clock::ManualClock;

/// What the credentials are, and a token where the script has none: no error may ever show one of them.
pub const SECRETS: [&str; 4] = [
    "account-id-of-ours",
    "client-id-of-ours",
    "client-secret-of-ours",
    "access-token-of-ours",
];

/// How long the script's run lasts.
pub const TIMEOUT: TimeDelta = TimeDelta::seconds(300);

/// How many requests it may make.
pub const BUDGET: u64 = 10;

/// See the [module](self).
#[derive(Debug)]
pub struct Scripted {
    clock: ManualClock,
    tokens: RefCell<VecDeque<Response>>,
    pages: RefCell<VecDeque<Response>>,
    /// When the report was asked.
    asked: RefCell<Vec<DateTime<Utc>>>,
}

/// What came of asking for one page.
#[derive(Debug)]
pub struct Outcome {
    /// The client's answer.
    pub page: Result<Page, ZoomError>,
    /// What it spent.
    pub usage: Usage,
    /// When it asked the report.
    pub asked: Vec<DateTime<Utc>>,
    /// When it gave its answer.
    pub ended: DateTime<Utc>,
    /// The client as a log would show it.
    pub debug: String,
}

impl Scripted {
    /// A Zoom that answers with these, the token endpoint and the report each in order. After the last one the token
    /// endpoint gives a good token, and the report is out of reach.
    #[must_use]
    pub fn new(tokens: Vec<Response>, pages: Vec<Response>) -> Self {
        Self {
            clock: ManualClock::new(started()),
            tokens: RefCell::new(tokens.into()),
            pages: RefCell::new(pages.into()),
            asked: RefCell::default(),
        }
    }

    /// Asks for one page of the operation logs, with all the retries that the client makes.
    pub fn page(&self) -> Outcome {
        self.page_of(&OPERATION_LOGS)
    }

    /// The same of any report.
    pub fn page_of(&self, report: &'static Report) -> Outcome {
        let [account_id, client_id, client_secret, _] = SECRETS.map(Into::into);
        let credentials = FixedCredentials(Credentials {
            account_id,
            client_id,
            client_secret,
        });
        let today = started().date_naive();
        let client = Client::new(endpoints(5), report, self, credentials, &self.clock);
        let meter = Meter::new(started() + TIMEOUT, BUDGET, today, 0);
        let query = PageQuery {
            day: today,
            page_size: 300,
            token: None,
        };
        let page = finish(client.page(&query, &meter));
        Outcome {
            page,
            usage: meter.usage(),
            asked: self.asked.take(),
            ended: self.clock.now(),
            debug: format!("{client:?}"),
        }
    }
}

/// When the script begins.
#[must_use]
pub fn started() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_795_341_600)
}

impl Transport for &Scripted {
    async fn send(&self, request: Request<'_>, _: Duration) -> Result<Response, TransportError> {
        if let Request::Form { .. } = request {
            let body = format!(r#"{{"access_token":"{}","expires_in":3599}}"#, SECRETS[3]);
            let good = Response {
                status: 200,
                body: body.into(),
                ..Response::default()
            };
            return Ok(self.tokens.borrow_mut().pop_front().unwrap_or(good));
        }
        self.asked.borrow_mut().push(self.clock.now());
        let over = || TransportError::Connection("the script is over".to_owned());
        self.pages.borrow_mut().pop_front().ok_or_else(over)
    }
}
