//! `zoomlogs reader-key`: access keys of the user that the feed reads the bucket as.
//!
//! AWS allows a user two. That is what a rotation without a gap needs: the new key is in the feed before the old one goes.

pub mod keys;
mod text;
mod vault;

use clap::{ArgGroup, Args, Subcommand};
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use self::keys::{Key, Keys, NewKey};
use self::text::{Issued, KeyList, Revoked};
use self::vault::{Vault, VaultError};
use crate::aws::{self, AwsError};
use crate::deployment::{DeploymentError, Named};
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};
use crate::place::Place;

/// Makes, replaces and revokes the access key of the user that the SecOps feed reads as
///
/// Keys are made here and not by Terraform, in whose state they would lie readable. The secret of a key is shown once, by
/// `issue` or `rotate`, or goes into Secrets Manager with --store and is not shown at all.
///
/// Replacing a key without a gap: `rotate` makes a second one, which goes into the feed; when `list` shows that the feed
/// uses it, `revoke` removes the older one.
///
/// Needs, on the user, the rights iam:ListAccessKeys, iam:GetAccessKeyLastUsed, iam:CreateAccessKey, iam:UpdateAccessKey and
/// iam:DeleteAccessKey; with --store also secretsmanager:GetSecretValue, CreateSecret and PutSecretValue.
#[derive(Debug, Args)]
pub struct ReaderKeyArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Makes the first key
    Issue {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        store: Store,
    },
    /// Makes a second key beside the present one
    Rotate {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        store: Store,
    },
    /// Removes the older of two keys, or the one that is named
    Revoke {
        #[command(flatten)]
        whose: Whose,
        /// The key to remove; the last one is removed only when it is named
        #[arg(long, value_name = "ID")]
        key_id: Option<String>,
    },
    /// Shows the keys: how old they are, and when they were last used
    List {
        #[command(flatten)]
        whose: Whose,
    },
}

/// Whose keys.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["env", "user"]))]
struct Whose {
    #[command(flatten)]
    place: Place,

    /// The user, by name
    #[arg(long, value_name = "NAME", conflicts_with = "account")]
    user: Option<String>,
}

/// Where a new key goes.
#[derive(Debug, Args)]
struct Store {
    /// Puts the key into this secret of Secrets Manager, which is made if need be (default: USER-access-key), and shows
    /// only its id
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    #[allow(
        clippy::option_option,
        reason = "clap's way to say: absent, without a value, with one"
    )]
    store: Option<Option<String>>,
}

#[derive(Debug, Error)]
pub enum ReaderKeyError {
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(
        "{named} has no access keys: its feed assumes the role {role} by web identity. There is nothing to issue, rotate or \
         revoke; reader_access = \"access_key\" in Terraform would change that"
    )]
    Keyless { named: String, role: String },
    #[error("{user} has a key already: {}. To replace it: {rotate}", text::one_line(.keys))]
    HasKeys {
        user: String,
        keys: Vec<Key>,
        rotate: String,
    },
    #[error("{user} has no key to replace. To make the first one: {issue}")]
    NoKeyToReplace { user: String, issue: String },
    #[error(
        "{user} has two keys already, and AWS allows no third; the older one comes first: {}. When the feed uses the newer \
         one, remove the older one: {revoke}",
        text::one_line(.keys)
    )]
    TwoKeys {
        user: String,
        keys: Vec<Key>,
        revoke: String,
    },
    #[error("{user} has no key; nothing to revoke")]
    NoKeys { user: String },
    #[error(
        "{} is the last key of {user}. Without it the feed reads nothing. If that is what you want, name it: --key-id {} \
         (make: KEY={1})",
        text::one_line(std::slice::from_ref(key)), key.id
    )]
    LastKey { user: String, key: Box<Key> },
    #[error(
        "the two keys of {user} were made in the same second, so neither is the older one: {}. Name the one to remove: \
         --key-id ID (make: KEY=ID)",
        text::one_line(.keys)
    )]
    SameAge { user: String, keys: Vec<Key> },
    #[error("{user} has no key {id:?}; it has {}", text::one_line(.keys))]
    NoSuchKey {
        user: String,
        id: String,
        keys: Vec<Key>,
    },
    #[error(
        "{problem}. If a key was made all the same, nobody knows its secret: look with {list}, and revoke it by its id"
    )]
    PerhapsMade { problem: AwsError, list: String },
    #[error("{problem}. The new key {id} was deleted again: nobody has it")]
    NotHandedOver { problem: HandOverError, id: String },
    #[error(
        "{problem}. The new key {id} could not be deleted again ({deletion}). Its secret is lost, so it is of no use, but it \
         takes up one of two places: {revoke}"
    )]
    LeftBehind {
        problem: HandOverError,
        id: String,
        deletion: AwsError,
        revoke: String,
    },
    #[error("{id} is inactive now, so that nobody can use it, but it is still there: {problem}")]
    OnlyDeactivated { id: String, problem: AwsError },
}

/// Why a new key did not get to whoever asked for it.
#[derive(Debug, Error)]
pub enum HandOverError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl CommandError for ReaderKeyError {
    fn code(&self) -> Code {
        match self {
            Self::Deployment(error) => error.code(),
            Self::Aws(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::Output(_)
            | Self::PerhapsMade { .. }
            | Self::NotHandedOver { .. }
            | Self::LeftBehind { .. }
            | Self::OnlyDeactivated { .. } => Code::Failed,
            Self::Keyless { .. }
            | Self::HasKeys { .. }
            | Self::NoKeyToReplace { .. }
            | Self::TwoKeys { .. }
            | Self::NoKeys { .. }
            | Self::LastKey { .. }
            | Self::SameAge { .. }
            | Self::NoSuchKey { .. } => Code::Refused,
        }
    }
}

pub async fn command(arguments: ReaderKeyArguments, output: &Output) -> Result<(), ReaderKeyError> {
    match arguments.action {
        Action::Issue { whose, store } => whose.feed_user().await?.issue(store, output).await,
        Action::Rotate { whose, store } => whose.feed_user().await?.rotate(store, output).await,
        Action::Revoke { whose, key_id } => whose.feed_user().await?.revoke(key_id, output).await,
        Action::List { whose } => whose.feed_user().await?.list(output).await,
    }
}

/// The feed's user.
struct FeedUser {
    user: String,
    keys: Keys,
    config: aws_config::SdkConfig,
    named: Option<Named>,
}

impl Whose {
    async fn feed_user(self) -> Result<FeedUser, ReaderKeyError> {
        let named = self.place.pipeline()?;
        let user = match &named {
            None => self.user,
            Some(named) => Some(named.pipeline.reader_user_name.clone().ok_or_else(|| {
                ReaderKeyError::Keyless {
                    named: named.to_string(),
                    role: named.pipeline.reader_role_arn.clone().unwrap_or_default(),
                }
            })?),
        };
        // The parser of the command line sees to it that there is one.
        let user = user.unwrap_or_default();
        let region = named.as_ref().map(|named| named.pipeline.region.as_str());
        let config = aws::config(region).await?;
        Ok(FeedUser {
            keys: Keys::new(&config, &user),
            user,
            config,
            named,
        })
    }
}

impl FeedUser {
    async fn issue(&self, store: Store, output: &Output) -> Result<(), ReaderKeyError> {
        let keys = self.keys.list().await?;
        if !keys.is_empty() {
            return Err(ReaderKeyError::HasKeys {
                user: self.user.clone(),
                keys,
                rotate: self.how_to("rotate"),
            });
        }
        self.hand_over(store, None, output).await
    }

    async fn rotate(&self, store: Store, output: &Output) -> Result<(), ReaderKeyError> {
        let mut keys = self.keys.list().await?;
        match (keys.pop(), keys.is_empty()) {
            (Some(present), true) => self.hand_over(store, Some(present), output).await,
            (None, _) => Err(ReaderKeyError::NoKeyToReplace {
                user: self.user.clone(),
                issue: self.how_to("issue"),
            }),
            (Some(newer), false) => {
                keys.push(newer);
                Err(ReaderKeyError::TwoKeys {
                    user: self.user.clone(),
                    keys,
                    revoke: self.how_to("revoke"),
                })
            }
        }
    }

    /// Makes a key and gives it away: into the vault, or onto standard output. If neither takes it, it is deleted.
    async fn hand_over(
        &self,
        store: Store,
        beside: Option<Key>,
        output: &Output,
    ) -> Result<(), ReaderKeyError> {
        let vault = match store.store {
            None => None,
            Some(name) => {
                let name = name.unwrap_or_else(|| format!("{}-access-key", self.user));
                Some(Vault::open(&self.config, name, &self.user).await?)
            }
        };
        let key = self.keys.create().await.map_err(|problem| match problem {
            AwsError::NoAnswer { .. } => ReaderKeyError::PerhapsMade {
                problem,
                list: self.how_to("list"),
            },
            problem => problem.into(),
        })?;
        let issued = Issued {
            user: &self.user,
            key: &key,
            vault: vault.as_ref().map(Vault::name),
            beside: beside.as_ref(),
            revoke: self.how_to("revoke"),
        };
        let Err(problem) = give(&key, vault.as_ref(), &issued, output).await else {
            return Ok(());
        };
        match self.keys.delete(&key.id).await {
            Ok(()) => Err(ReaderKeyError::NotHandedOver {
                problem,
                id: key.id,
            }),
            Err(deletion) => Err(ReaderKeyError::LeftBehind {
                problem,
                deletion,
                revoke: self.how_to_revoke(&key.id),
                id: key.id,
            }),
        }
    }

    async fn revoke(&self, id: Option<String>, output: &Output) -> Result<(), ReaderKeyError> {
        let user = self.user.clone();
        let mut keys = self.keys.list().await?;
        let key = match (id, keys.as_slice()) {
            (_, []) => return Err(ReaderKeyError::NoKeys { user }),
            (Some(id), _) => match keys.iter().position(|key| key.id == id) {
                Some(place) => keys.remove(place),
                None => return Err(ReaderKeyError::NoSuchKey { user, id, keys }),
            },
            (None, [key]) => {
                let key = Box::new(key.clone());
                return Err(ReaderKeyError::LastKey { user, key });
            }
            (None, [older, newer, ..]) if older.created == newer.created => {
                return Err(ReaderKeyError::SameAge { user, keys });
            }
            (None, _) => keys.remove(0),
        };
        self.keys.deactivate(&key.id).await?;
        if let Err(problem) = self.keys.delete(&key.id).await {
            let id = key.id;
            return Err(ReaderKeyError::OnlyDeactivated { id, problem });
        }
        let revoked = Revoked {
            user: &user,
            revoked: &key,
            left: &keys,
        };
        Ok(output.show(&revoked.to_string(), &revoked)?)
    }

    async fn list(&self, output: &Output) -> Result<(), ReaderKeyError> {
        let listed = KeyList {
            user: &self.user,
            keys: &self.keys.list().await?,
            now: SystemClock.now(),
            issue: self.how_to("issue"),
        };
        Ok(output.show(&listed.to_string(), &listed)?)
    }

    /// The command that does something else to these keys, as this one was called.
    fn how_to(&self, action: &str) -> String {
        match &self.named {
            Some(named) => format!("{} DO={action}", named.make("reader-key")),
            None => format!("zoomlogs reader-key {action} --user {}", self.user),
        }
    }

    fn how_to_revoke(&self, id: &str) -> String {
        let revoke = self.how_to("revoke");
        match &self.named {
            Some(_) => format!("{revoke} KEY={id}"),
            None => format!("{revoke} --key-id {id}"),
        }
    }
}

async fn give(
    key: &NewKey,
    vault: Option<&Vault>,
    issued: &Issued<'_>,
    output: &Output,
) -> Result<(), HandOverError> {
    match vault {
        // Once it is stored it has been handed over: that nobody is told takes nothing back.
        Some(vault) => {
            vault.put(key).await?;
            if let Err(problem) = issued.show(output) {
                output.remark(&format!("The key {} is stored, but {problem}", key.id));
            }
            Ok(())
        }
        None => Ok(issued.show(output)?),
    }
}
