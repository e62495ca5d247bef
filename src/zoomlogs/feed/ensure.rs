//! `feed --create`: sees to it that each feed is there, once, and as its form says.

use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use serde::Serialize;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use super::access_key::{AccessKey, AccessKeyError};
use super::client::Client;
use super::form::{Authentication, Form};
use super::problem::{EnsureError, list};
use super::resource::{Body, Feed};
use super::state;
use super::step::{Change, Choice, Step};
use crate::output::Output;

/// How often a feed is looked for after an answer was lost.
const LOOKS: usize = 4;

/// What was done.
#[derive(Debug, Serialize)]
pub struct Done {
    report: String,
    action: &'static str,
    #[serde(flatten)]
    feed: state::State,
}

/// Where a key comes from when one is needed.
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
    let found = found(&forms, &feeds, client)?;
    let mut steps = Vec::new();
    for ((form, keys), feed) in forms.iter_mut().zip(found) {
        if let Some(key_id) = feed.and_then(Feed::key_id) {
            fetch_to_compare(form, key_id, keys, output).await;
        }
        let step = Step::decide(form, feed, client.instance(), choice, keys.present())?;
        output.remark(&step.announce(form, client.instance()));
        steps.push(step);
    }
    if !steps.iter().all(Step::is_done) {
        // What is missing is missed before anything is changed.
        for ((form, keys), step) in forms.iter_mut().zip(&steps) {
            if step.needs_key(form) && keys.present().is_none() {
                keys.fetch().await?;
            }
        }
        confirm(choice, output)?;
    }

    let mut done: Vec<Done> = Vec::new();
    for (step, (form, keys)) in steps.into_iter().zip(&forms) {
        match take(step, form, keys.present(), client, output).await {
            Ok(more) => done.push(more),
            Err(problem) => {
                let changed = done.iter().filter_map(Done::change);
                return Err(problem.after(changed.collect()));
            }
        }
    }
    Ok(done)
}

/// The one feed of the form, if it is there.
pub fn find<'a>(
    form: &Form,
    feeds: &'a [Feed],
    client: &Client,
) -> Result<Option<&'a Feed>, EnsureError> {
    match candidates(form, feeds, client)[..] {
        [] => Ok(None),
        [feed] => Ok(Some(feed)),
        ref several => Err(EnsureError::Several {
            wanted: form.name.clone(),
            found: several.iter().copied().cloned().collect(),
        }),
    }
}

fn candidates<'a>(form: &Form, feeds: &'a [Feed], client: &Client) -> Vec<&'a Feed> {
    let is_of = |feed: &&Feed| feed.is_of(form, client.instance());
    feeds.iter().filter(is_of).collect()
}

/// The feed of each form, if it is there. No feed is of two forms, and no other one reads what a form's reads.
fn found<'a, K>(
    forms: &[(Form, K)],
    feeds: &'a [Feed],
    client: &Client,
) -> Result<Vec<Option<&'a Feed>>, EnsureError> {
    let mut found: Vec<Option<&Feed>> = Vec::new();
    for (form, _) in forms {
        let feed = find(form, feeds, client)?;
        let overlaps = |feed: &&Feed| feed.overlaps(form, client.instance());
        let overlapping: Vec<_> = feeds.iter().filter(overlaps).cloned().collect();
        if !overlapping.is_empty() {
            return Err(EnsureError::Overlaps {
                s3_uri: form.s3_uri.clone(),
                found: overlapping,
            });
        }
        let of_another = found.iter().zip(forms).find(|(other, _)| {
            feed.zip(**other)
                .is_some_and(|(feed, other)| feed.name == other.name)
        });
        if let (Some(feed), Some((_, (other, _)))) = (feed, of_another) {
            return Err(EnsureError::Shared {
                feed: Box::new(feed.clone()),
                wanted: [other.name.clone(), form.name.clone()],
            });
        }
        found.push(feed);
    }
    Ok(found)
}

/// Gets the key that a feed should have, where Google shows which one it has. A feed that is as it should be needs none, so that
/// not getting it is no failure here.
async fn fetch_to_compare(form: &Form, key_id: &str, keys: &mut impl Keys, output: &Output) {
    let is_key = matches!(form.authentication, Authentication::AccessKey { .. });
    if !is_key || keys.present().is_some() {
        return;
    }
    if let Err(problem) = keys.fetch().await {
        output.remark(&format!(
            "Whether {key_id}, the key of the feed {:?}, is the one to be is not known: {problem}",
            form.name
        ));
    }
}

async fn take(
    step: Step,
    form: &Form,
    key: Option<&AccessKey>,
    client: &Client,
    output: &Output,
) -> Result<Done, EnsureError> {
    let body = Body::new(form, client.instance());
    let (action, feed) = match step {
        Step::Keep(feed) => ("unchanged", *feed),
        Step::Create => ("created", create(form, &body, key, client, output).await?),
        Step::Update(change) => ("updated", update(form, &body, key, *change, client).await?),
    };
    Ok(Done {
        report: form.report.clone(),
        action,
        feed: feed.into(),
    })
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
            Ok(feeds) => match &candidates(form, &feeds, client)[..] {
                [] => "it is not there now".to_owned(),
                [feed] => return Ok((*feed).clone()),
                several => {
                    break format!("now there are several: {}", list(several.iter().copied()));
                }
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
    change: Change,
    client: &Client,
) -> Result<Feed, EnsureError> {
    let Change {
        mut feed,
        settings,
        name,
        ..
    } = change;
    let mut done = Vec::new();
    if settings {
        feed = client.replace_details(&feed.name, body, key).await?;
        let Feed {
            display_name, name, ..
        } = &feed;
        done.push(format!(
            "Changed: {display_name} ({name}), but not its name"
        ));
    }
    if name {
        let renamed = client.rename(&feed.name, &form.name).await;
        feed = renamed.map_err(|problem| EnsureError::from(problem).after(done))?;
    }
    Ok(feed)
}

impl Done {
    fn what(&self) -> &'static str {
        match self.action {
            "created" => "Created",
            "updated" => "Changed",
            _ => "Unchanged",
        }
    }

    /// What it changed, on one line.
    fn change(&self) -> Option<String> {
        let state::State {
            name, display_name, ..
        } = &self.feed;
        (self.action != "unchanged").then(|| format!("{}: {display_name} ({name})", self.what()))
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what(), self.feed)
    }
}
