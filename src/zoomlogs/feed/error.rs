//! Why a feed is not made or shown, or is not as it should be.

use std::io;

use thiserror::Error;

use super::access_key::AccessKeyError;
use super::difference::Difference;
use super::form::FormError;
use super::instance::InstanceError;
use super::refusal::ChronicleError;
use super::resource::Feed;
use crate::deployment::DeploymentError;
use crate::exit::{Code, CommandError};
use crate::output::OutputError;

#[derive(Debug, Error)]
pub enum FeedError {
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error(transparent)]
    Form(#[from] FormError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    AccessKey(#[from] AccessKeyError),
    #[error(transparent)]
    Chronicle(#[from] ChronicleError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("{0}")]
    Arguments(String),
    #[error("not in order: {}", .0.join("; "))]
    NotInOrder(Vec<String>),
    #[error(
        "several feeds could be the feed {wanted:?}, because they have its name or read the same objects as the same log type: \
         {}. Every one of them delivers every record: keep one, and delete the others in SecOps. Nothing was changed",
        list(.found)
    )]
    Several { wanted: String, found: Vec<Feed> },
    #[error(
        "objects of {s3_uri} are read already, as the same log type, by what has another S3 URI: {}. A feed beside it would \
         deliver every record twice. In SecOps, give it this S3 URI, or delete it; then do this again. Nothing was changed",
        list(.found)
    )]
    Overlaps { s3_uri: String, found: Vec<Feed> },
    #[error(
        "{} could be both the feed {:?} and the feed {:?}, because it has the name of one or reads the same objects as it. Say \
         which it is to be: the same with --report or --account, and --update (make: REPORT=, ACCOUNT=, UPDATE=1); then the \
         other. Nothing was changed",
        list([&**.feed]), .wanted[0], .wanted[1]
    )]
    Shared {
        feed: Box<Feed>,
        wanted: [String; 2],
    },
    #[error(
        "the feed {:?} ({}) is there, and is not as it should be:\n{}\nNothing was changed. --update changes it (make: UPDATE=1)",
        .feed.display_name, .feed.name, lines(.differences)
    )]
    Differs {
        feed: Box<Feed>,
        differences: Vec<Difference>,
    },
    #[error(
        "the feed {:?} ({}) is there, and Google changes neither the source type nor the log type of a feed:\n{}\nDelete it in \
         SecOps, and then create it. Nothing was changed",
        .feed.display_name, .feed.name, lines(.differences)
    )]
    Fixed {
        feed: Box<Feed>,
        differences: Vec<Difference>,
    },
    #[error(
        "this changes SecOps, and there is nobody to ask at standard input: say --yes (make: YES=1). Nothing was changed"
    )]
    Unasked,
    #[error("not confirmed. Nothing was changed")]
    NotConfirmed,
    #[error("standard input cannot be read: {0}")]
    Unreadable(io::Error),
    #[error(
        "{problem}. Whether the feed {wanted:?} was made is not known: {found}. Do the same again in some minutes: it looks \
         before it makes anything"
    )]
    PerhapsMade {
        wanted: String,
        problem: Box<ChronicleError>,
        /// What looking for it gave.
        found: String,
    },
    #[error("{problem}\nDone before that, and not undone:\n  {}", .done.join("\n  "))]
    Partly {
        done: Vec<String>,
        problem: Box<Self>,
    },
}

impl FeedError {
    /// The same, after something was done.
    pub fn after(self, mut done: Vec<String>) -> Self {
        let problem = match self {
            problem if done.is_empty() => return problem,
            Self::Partly {
                done: more,
                problem,
            } => {
                done.extend(more);
                problem
            }
            problem => Box::new(problem),
        };
        Self::Partly { done, problem }
    }
}

impl CommandError for FeedError {
    fn code(&self) -> Code {
        match self {
            Self::Deployment(error) => error.code(),
            Self::AccessKey(error) => error.code(),
            Self::Chronicle(error) => error.code(),
            // The codes of a refusal and of wrong input promise that nothing was done.
            Self::Form(_) | Self::Output(_) | Self::PerhapsMade { .. } | Self::Partly { .. } => {
                Code::Failed
            }
            Self::Several { .. }
            | Self::Overlaps { .. }
            | Self::Shared { .. }
            | Self::Differs { .. }
            | Self::Fixed { .. }
            | Self::NotConfirmed => Code::Refused,
            Self::Instance(_) | Self::Arguments(_) | Self::Unasked | Self::Unreadable(_) => {
                Code::Usage
            }
            Self::NotInOrder(_) => Code::NotInOrder,
        }
    }
}

/// What they are and read.
pub fn list<'a>(feeds: impl IntoIterator<Item = &'a Feed>) -> String {
    let one = |feed: &Feed| {
        let reads = feed
            .s3()
            .map_or_else(String::new, |s3| format!(" reads {}", s3.s3_uri));
        format!("{:?} ({}){reads}", feed.display_name, feed.name)
    };
    feeds.into_iter().map(one).collect::<Vec<_>>().join("; ")
}

fn lines(differences: &[Difference]) -> String {
    let lines: Vec<_> = differences.iter().map(|d| format!("  {d}")).collect();
    lines.join("\n")
}
