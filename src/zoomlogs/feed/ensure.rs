//! `feed --create`: sees to it that each feed is there, once, and as its form says.

use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use serde::Serialize;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use super::access_key::AccessKey;
use super::client::Chronicle;
use super::error::{FeedError, list};
use super::form::{Authentication, Form, Sheet};
use super::plan::{Change, Choice, Plan};
use super::resource::{Body, Feed};
use super::state::FeedState;
use crate::output::Output;

/// How often a feed is looked for after an answer was lost.
const LOOKS: usize = 4;

/// What was done.
#[derive(Debug, Serialize)]
pub struct Done {
    report: String,
    action: &'static str,
    #[serde(flatten)]
    feed: FeedState,
}

/// Looks at all forms before it does anything about one, and asks once.
pub async fn ensure(
    mut sheets: Vec<Sheet>,
    chronicle: &Chronicle,
    choice: &Choice,
    output: &Output,
) -> Result<Vec<Done>, FeedError> {
    let feeds = chronicle.list().await?;
    let found = found(&sheets, &feeds, chronicle)?;
    let mut plans = Vec::new();
    for (sheet, feed) in sheets.iter_mut().zip(found) {
        if let Some(key_id) = feed.and_then(Feed::key_id) {
            fetch_to_compare(sheet, key_id, output).await;
        }
        let Sheet { form, key } = sheet;
        let instance = chronicle.instance();
        let plan = Plan::decide(form, feed, instance, choice, key.present())?;
        output.remark(&plan.announce(form, instance));
        plans.push(plan);
    }
    if !plans.iter().all(Plan::is_done) {
        // What is missing is missed before anything is changed.
        for (Sheet { form, key }, plan) in sheets.iter_mut().zip(&plans) {
            if plan.needs_key(form) && key.present().is_none() {
                key.fetch().await?;
            }
        }
        confirm(choice, output)?;
    }

    let mut done: Vec<Done> = Vec::new();
    for (plan, sheet) in plans.into_iter().zip(&sheets) {
        match carry_out(plan, sheet, chronicle, output).await {
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
    chronicle: &Chronicle,
) -> Result<Option<&'a Feed>, FeedError> {
    match candidates(form, feeds, chronicle)[..] {
        [] => Ok(None),
        [feed] => Ok(Some(feed)),
        ref several => Err(FeedError::Several {
            wanted: form.name.clone(),
            found: several.iter().copied().cloned().collect(),
        }),
    }
}

fn candidates<'a>(form: &Form, feeds: &'a [Feed], chronicle: &Chronicle) -> Vec<&'a Feed> {
    let is_of = |feed: &&Feed| feed.is_of(form, chronicle.instance());
    feeds.iter().filter(is_of).collect()
}

/// The feed of each form, if it is there. No feed is of two forms, and no other one reads what a form's reads.
fn found<'a>(
    sheets: &[Sheet],
    feeds: &'a [Feed],
    chronicle: &Chronicle,
) -> Result<Vec<Option<&'a Feed>>, FeedError> {
    let mut found: Vec<Option<&Feed>> = Vec::new();
    for Sheet { form, .. } in sheets {
        let feed = find(form, feeds, chronicle)?;
        let overlaps = |feed: &&Feed| feed.overlaps(form, chronicle.instance());
        let overlapping: Vec<_> = feeds.iter().filter(overlaps).cloned().collect();
        if !overlapping.is_empty() {
            return Err(FeedError::Overlaps {
                s3_uri: form.s3_uri.clone(),
                found: overlapping,
            });
        }
        let of_another = found.iter().zip(sheets).find(|(other, _)| {
            feed.zip(**other)
                .is_some_and(|(feed, other)| feed.name == other.name)
        });
        if let (Some(feed), Some((_, other))) = (feed, of_another) {
            return Err(FeedError::Shared {
                feed: Box::new(feed.clone()),
                wanted: [other.form.name.clone(), form.name.clone()],
            });
        }
        found.push(feed);
    }
    Ok(found)
}

/// Gets the key that a feed should have, where Google shows which one it has. A feed that is as it should be needs none, so that
/// not getting it is no failure here.
async fn fetch_to_compare(Sheet { form, key }: &mut Sheet, key_id: &str, output: &Output) {
    let is_key = matches!(form.authentication, Authentication::AccessKey { .. });
    if !is_key || key.present().is_some() {
        return;
    }
    if let Err(problem) = key.fetch().await {
        output.remark(&format!(
            "Whether {key_id}, the key of the feed {:?}, is the one to be is not known: {problem}",
            form.name
        ));
    }
}

async fn carry_out(
    plan: Plan,
    Sheet { form, key }: &Sheet,
    chronicle: &Chronicle,
    output: &Output,
) -> Result<Done, FeedError> {
    let body = Body::new(form, chronicle.instance());
    let key = key.present();
    let (action, feed) = match plan {
        Plan::Keep(feed) => ("unchanged", *feed),
        Plan::Create => (
            "created",
            create(form, &body, key, chronicle, output).await?,
        ),
        Plan::Update(change) => (
            "updated",
            update(form, &body, key, *change, chronicle).await?,
        ),
    };
    Ok(Done {
        report: form.report.clone(),
        action,
        feed: feed.into(),
    })
}

fn confirm(choice: &Choice, output: &Output) -> Result<(), FeedError> {
    if choice.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(FeedError::Unasked);
    }
    output.remark("Do this? Only \"yes\" is taken as yes:");
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(FeedError::Unreadable)?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(FeedError::NotConfirmed)
    }
}

/// Creates the feed. When Google's answer is lost, looks for the feed and does not send it again: a request may still be on
/// its way when a connection is cut.
async fn create(
    form: &Form,
    body: &Body,
    key: Option<&AccessKey>,
    chronicle: &Chronicle,
    output: &Output,
) -> Result<Feed, FeedError> {
    let problem = match chronicle.create(body, key).await {
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
        let found = match chronicle.list().await {
            Ok(feeds) => match &candidates(form, &feeds, chronicle)[..] {
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
    Err(FeedError::PerhapsMade {
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
    chronicle: &Chronicle,
) -> Result<Feed, FeedError> {
    let Change {
        mut feed,
        settings,
        name,
        ..
    } = change;
    let mut done = Vec::new();
    if settings {
        feed = chronicle.replace_details(&feed.name, body, key).await?;
        let Feed {
            display_name, name, ..
        } = &feed;
        done.push(format!(
            "Changed: {display_name} ({name}), but not its name"
        ));
    }
    if name {
        let renamed = chronicle.rename(&feed.name, &form.name).await;
        feed = renamed.map_err(|problem| FeedError::from(problem).after(done))?;
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
        let FeedState {
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
