//! `feed --create`: sees to it that each feed is there, once, and as its form says.

use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use serde::Serialize;
use zoom_operationlogs_to_s3::clock::{Clock as _, SystemClock};

use super::access_key::{AccessKey, AccessKeyError};
use super::client::Client;
use super::difference::{self, Difference};
use super::form::{Authentication, Form};
use super::problem::EnsureError;
use super::resource::{Body, Feed};
use super::state;
use crate::output::Output;

/// How often a feed is looked for after an answer was lost.
const LOOKS: usize = 4;

/// How far it may go.
#[derive(Debug)]
pub struct Choice {
    pub update: bool,
    pub rotate_key: bool,
    pub yes: bool,
}

/// What is to be done about one form.
#[derive(Debug)]
enum Step {
    Create,
    Keep(Box<Feed>),
    Update(Box<Feed>, Vec<Difference>),
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Done {
    report: String,
    action: &'static str,
    #[serde(flatten)]
    feed: state::State,
}

/// Where a key comes from when one is needed.
#[allow(
    async_fn_in_trait,
    reason = "the tool runs on one thread; no future needs to be Send"
)]
pub trait Keys {
    /// The key, if it is at hand already.
    fn present(&self) -> Option<&AccessKey>;
    /// Sees to it that it is.
    async fn fetch(&mut self) -> Result<(), AccessKeyError>;
}

/// Looks at all forms before it does anything about one, and asks once.
pub async fn ensure(
    mut forms: Vec<(Form, impl Keys)>,
    client: &Client,
    choice: &Choice,
    output: &Output,
) -> Result<Vec<Done>, EnsureError> {
    let feeds = client.list().await?;
    let mut steps = Vec::new();
    for (form, keys) in &forms {
        let step = step(form, &feeds, client, choice, keys.present())?;
        output.remark(&announce(&step, form, client));
        steps.push(step);
    }
    let is_done = |step: &Step| matches!(step, Step::Keep(_));
    if !steps.iter().all(is_done) {
        // What is missing is missed before anything is changed.
        for ((form, keys), step) in forms.iter_mut().zip(&steps) {
            if !is_done(step) && matches!(form.authentication, Authentication::AccessKey { .. }) {
                keys.fetch().await?;
            }
        }
        confirm(choice, output)?;
    }

    let mut done = Vec::new();
    for (step, (form, keys)) in steps.into_iter().zip(&forms) {
        let body = Body::new(form, client.instance());
        let key = keys.present();
        let (action, feed) = match step {
            Step::Keep(feed) => ("unchanged", *feed),
            Step::Create => ("created", create(form, &body, key, client, output).await?),
            Step::Update(feed, differences) => (
                "updated",
                update(form, &body, key, *feed, &differences, client).await?,
            ),
        };
        done.push(Done {
            report: form.report.clone(),
            action,
            feed: feed.into(),
        });
    }
    Ok(done)
}

/// The one feed of the form, if it is there.
pub fn find<'a>(
    form: &Form,
    feeds: &'a [Feed],
    client: &Client,
) -> Result<Option<&'a Feed>, EnsureError> {
    let mut found = feeds
        .iter()
        .filter(|feed| feed.is_of(form, client.instance()));
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(feed), None) => Ok(Some(feed)),
        (Some(first), Some(second)) => Err(EnsureError::Several {
            wanted: form.name.clone(),
            found: [first, second].into_iter().chain(found).cloned().collect(),
        }),
    }
}

fn step(
    form: &Form,
    feeds: &[Feed],
    client: &Client,
    choice: &Choice,
    key: Option<&AccessKey>,
) -> Result<Step, EnsureError> {
    let Some(feed) = find(form, feeds, client)? else {
        return Ok(Step::Create);
    };
    let differences = difference::between(feed, form, client.instance(), key);
    let feed = Box::new(feed.clone());
    if differences.iter().any(Difference::is_fixed) {
        return Err(EnsureError::Fixed { feed, differences });
    }
    let sends_key =
        choice.rotate_key && matches!(form.authentication, Authentication::AccessKey { .. });
    match differences.is_empty() {
        true if sends_key => Ok(Step::Update(feed, differences)),
        true => Ok(Step::Keep(feed)),
        false if choice.update => Ok(Step::Update(feed, differences)),
        false => Err(EnsureError::Differs { feed, differences }),
    }
}

/// What is about to happen, or why nothing is.
fn announce(step: &Step, form: &Form, client: &Client) -> String {
    let name = &form.name;
    let is_key = matches!(form.authentication, Authentication::AccessKey { .. });
    match step {
        Step::Create => format!(
            "There is no feed {name:?}, and none that reads {}. To be created:\n\n{}\n",
            form.s3_uri,
            super::request(form, client.instance())
        ),
        Step::Keep(feed) => {
            let unseen = if is_key {
                " Whether its key is the right one cannot be seen: Google shows it to nobody. --rotate-key sends it again \
                 (make: ROTATE_KEY=1)."
            } else if feed.s3().is_none_or(|s3| s3.authentication.is_null()) {
                " Google did not show which role it assumes."
            } else {
                ""
            };
            format!("The feed {name:?} is there and as it should be.{unseen}")
        }
        Step::Update(feed, differences) => {
            let mut text = format!(
                "The feed {name:?} is there ({}). To be changed:\n",
                feed.name
            );
            for difference in differences {
                let Difference {
                    field,
                    present,
                    wanted,
                } = difference;
                text += &format!("  {field}: {present} → {wanted}\n");
            }
            if is_key && touches_details(differences) {
                text += "  the access key: is sent again\n";
            }
            text
        }
    }
}

fn confirm(choice: &Choice, output: &Output) -> Result<(), EnsureError> {
    if choice.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(EnsureError::Unasked);
    }
    output.remark("Do this? Only \"yes\" is taken as yes:");
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(EnsureError::Unreadable)?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(EnsureError::NotConfirmed)
    }
}

/// Creates the feed. When Google's answer is lost, looks for the feed and does not send it again: a request may still be on
/// its way when a connection is cut.
async fn create(
    form: &Form,
    body: &Body,
    key: Option<&AccessKey>,
    client: &Client,
    output: &Output,
) -> Result<Feed, EnsureError> {
    let problem = match client.create(body, key).await {
        Ok(feed) => return Ok(feed),
        Err(problem) if problem.leaves_open() => problem,
        Err(problem) => return Err(problem.into()),
    };
    output.remark(&format!("{problem}. Looking whether the feed is there …"));
    let clock = SystemClock;
    let mut waits = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_factor(2.0)
        .with_max_times(LOOKS - 1)
        .build();
    let found = loop {
        let found = match client.list().await {
            Ok(feeds) => match find(form, &feeds, client)? {
                Some(feed) => return Ok(feed.clone()),
                None => "it is not there now".to_owned(),
            },
            Err(problem) => problem.to_string(),
        };
        match waits.next() {
            Some(wait) => clock.sleep(wait).await,
            None => break found,
        }
    };
    Err(EnsureError::PerhapsMade {
        wanted: form.name.clone(),
        problem: Box::new(problem),
        found,
    })
}

/// Changes a feed. Both requests say what is to be and not what is to change, so that they may be sent again.
async fn update(
    form: &Form,
    body: &Body,
    key: Option<&AccessKey>,
    feed: Feed,
    differences: &[Difference],
    client: &Client,
) -> Result<Feed, EnsureError> {
    let name = feed.name.clone();
    let is_name = |difference: &Difference| difference.field == "Feed name";
    let mut feed = feed;
    if touches_details(differences) {
        feed = client.replace_details(&name, body, key).await?;
    }
    if differences.iter().any(is_name) {
        feed = client.rename(&name, &form.name).await?;
    }
    Ok(feed)
}

/// Whether anything but the name for people is to be sent: whatever differs, or the key, which cannot be seen to differ.
fn touches_details(differences: &[Difference]) -> bool {
    differences.is_empty()
        || differences
            .iter()
            .any(|difference| difference.field != "Feed name")
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.action {
            "created" => "Created",
            "updated" => "Changed",
            _ => "Unchanged",
        };
        write!(f, "{what}: {}", self.feed)
    }
}
