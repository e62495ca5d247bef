//! The methods of the Chronicle API that a feed needs, and what Google's refusal of each means.

use reqwest::Method;

use super::instance::Instance;
use super::refusal::ChronicleError;

/// A method of the API, and the right that it needs.
#[derive(Debug)]
pub struct Call {
    pub name: &'static str,
    right: &'static str,
    pub method: Method,
}

pub static LIST: Call = Call {
    name: "feeds.list",
    right: "chronicle.feeds.list",
    method: Method::GET,
};
pub static CREATE: Call = Call {
    name: "feeds.create",
    right: "chronicle.feeds.create",
    method: Method::POST,
};
pub static PATCH: Call = Call {
    name: "feeds.patch",
    right: "chronicle.feeds.update",
    method: Method::PATCH,
};
pub static SUBJECT_ID: Call = Call {
    name: "feedServiceAccounts.fetchServiceAccountForCustomer",
    right: "chronicle.feedServiceAccounts.fetch",
    method: Method::GET,
};

impl Call {
    /// What a status that is no success means.
    pub fn refusal(&self, status: u16, said: String, instance: &Instance) -> ChronicleError {
        let &Self {
            name: call, right, ..
        } = self;
        match status {
            400 => ChronicleError::Invalid { call, said },
            401 => ChronicleError::Unauthenticated { call, said },
            403 => ChronicleError::Denied {
                call,
                right,
                instance: instance.name().to_owned(),
                said,
            },
            404 => ChronicleError::NotFound {
                call,
                instance: instance.name().to_owned(),
                endpoint: instance.endpoint().to_owned(),
                said,
            },
            429 | 500..=599 => ChronicleError::Busy {
                call,
                sent: 1,
                status,
                said,
            },
            status => ChronicleError::Failed { call, status, said },
        }
    }

    /// Whether the same request may be sent again after this. One that makes something may not, unless it has certainly made
    /// nothing: want of quota is found before anything is done.
    pub fn may_repeat(&self, error: &ChronicleError) -> bool {
        match error {
            ChronicleError::Busy { status: 429, .. } => true,
            ChronicleError::Busy { .. } | ChronicleError::NoAnswer { .. } => {
                self.method != Method::POST
            }
            _ => false,
        }
    }
}
