//! What is to be done about one form.

use super::access_key::AccessKey;
use super::difference::{self, Difference};
use super::error::FeedError;
use super::form::{Authentication, Form};
use super::instance::Instance;
use super::resource::{Body, Feed};

/// How far it may go.
#[derive(Debug)]
pub struct Choice {
    pub update: bool,
    pub rotate_key: bool,
    pub yes: bool,
}

/// What is to be done about it.
#[derive(Debug)]
pub enum Plan {
    Create,
    Keep(Box<Feed>),
    Update(Box<Change>),
}

/// What is to be changed of a feed that is there.
#[derive(Debug)]
pub struct Change {
    pub feed: Feed,
    differences: Vec<Difference>,
    /// Whether what it reads and how is to be sent; and with that the key, since nobody can read that back.
    pub settings: bool,
    /// Whether the name for people is.
    pub name: bool,
}

impl Plan {
    pub fn decide(
        form: &Form,
        feed: Option<&Feed>,
        instance: &Instance,
        choice: &Choice,
        key: Option<&AccessKey>,
    ) -> Result<Self, FeedError> {
        let Some(feed) = feed else {
            return Ok(Self::Create);
        };
        let differences = difference::between(feed, form, instance, key);
        if differences.iter().any(Difference::is_fixed) {
            let feed = Box::new(feed.clone());
            return Err(FeedError::Fixed { feed, differences });
        }
        let sends_key = choice.rotate_key && has_key(form);
        // To send a key is to replace the one that is there.
        let may_differ = |difference: &Difference| sends_key && difference.is_key();
        if !choice.update && !differences.iter().all(may_differ) {
            let feed = Box::new(feed.clone());
            return Err(FeedError::Differs { feed, differences });
        }
        let name = differences.iter().any(Difference::is_name);
        let settings = sends_key || !differences.iter().all(Difference::is_name);
        if !name && !settings {
            return Ok(Self::Keep(Box::new(feed.clone())));
        }
        Ok(Self::Update(Box::new(Change {
            feed: feed.clone(),
            differences,
            settings,
            name,
        })))
    }

    /// Whether there is nothing to do.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Keep(_))
    }

    pub fn needs_key(&self, form: &Form) -> bool {
        let sends_settings = match self {
            Self::Create => true,
            Self::Keep(_) => false,
            Self::Update(change) => change.settings,
        };
        sends_settings && has_key(form)
    }

    /// What is about to happen, or why nothing is.
    pub fn announce(&self, form: &Form, instance: &Instance) -> String {
        let name = &form.name;
        match self {
            Self::Create => format!(
                "There is no feed {name:?}, and none that reads {}. To be created:\n\n{}\n",
                form.s3_uri,
                Body::new(form, instance).request(instance)
            ),
            Self::Keep(feed) => {
                let unseen = if has_key(form) {
                    " Whether its key is the right one cannot be seen: Google shows it to nobody. --rotate-key sends it \
                     again (make: ROTATE_KEY=1)."
                } else if feed.s3().is_none_or(|s3| s3.authentication.is_null()) {
                    " Google did not show which role it assumes."
                } else {
                    ""
                };
                format!("The feed {name:?} is there and as it should be.{unseen}")
            }
            Self::Update(change) => {
                let mut text = format!(
                    "The feed {name:?} is there ({}). To be changed:\n",
                    change.feed.name
                );
                for difference in &change.differences {
                    let Difference {
                        field,
                        present,
                        wanted,
                    } = difference;
                    text += &format!("  {field}: {present} → {wanted}\n");
                }
                if self.needs_key(form) {
                    text += "  the access key: is sent again\n";
                }
                text
            }
        }
    }
}

const fn has_key(form: &Form) -> bool {
    matches!(form.authentication, Authentication::AccessKey { .. })
}
