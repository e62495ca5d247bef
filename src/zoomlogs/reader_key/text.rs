//! What is said of keys.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::keys::{Key, NewKey};
use crate::output::{Output, OutputError};
use crate::wording::{ago, minute};

/// A new key, on its way to whoever asked for it.
pub struct Issued<'a> {
    pub user: &'a str,
    pub key: &'a NewKey,
    /// The secret that it is in; none when it is to be shown.
    pub vault: Option<&'a str>,
    /// The key that it replaces.
    pub beside: Option<&'a Key>,
    /// How to remove that one.
    pub revoke: String,
}

impl Issued<'_> {
    /// The one place where a key's secret is shown.
    pub fn show(&self, output: &Output) -> Result<(), OutputError> {
        let id = &self.key.id;
        let mut json = json!({"user": self.user, "access_key_id": id});
        let mut text = match self.vault {
            Some(vault) => {
                json["secret"] = vault.into();
                format!(
                    "The access key {id} of {} is in the secret {vault}. To enter it in the feed:\n  aws secretsmanager \
                     get-secret-value --secret-id {vault} --query SecretString --output text\n",
                    self.user
                )
            }
            None => {
                let secret = self.key.secret.expose_secret();
                json["secret_access_key"] = secret.into();
                format!(
                    "Access key of {}, for the feed. The secret is shown this once and kept nowhere.\n\nAccess key ID:     \
                     {id}\nSecret access key: {secret}\n",
                    self.user
                )
            }
        };
        json["replaces"] = self.beside.map_or(Value::Null, |key| key.id.clone().into());
        if let Some(present) = self.beside {
            text += &format!(
                "\nIt replaces {}, which works until you remove it. When the feed uses the new one:\n  {}\n",
                present.id, self.revoke
            );
        }
        output.show(&text, &json)
    }
}

/// A key that is gone.
#[derive(Debug, Serialize)]
pub struct Revoked<'a> {
    pub user: &'a str,
    pub revoked: &'a Key,
    /// The keys that are left.
    pub left: &'a [Key],
}

impl fmt::Display for Revoked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Revoked: {}", self.revoked)?;
        match self.left {
            [] => write!(
                f,
                "{} has no key left: the feed reads nothing any more.",
                self.user
            ),
            left => write!(f, "Left:    {}", one_line(left)),
        }
    }
}

/// The keys that there are.
#[derive(Debug, Serialize)]
pub struct KeyList<'a> {
    pub user: &'a str,
    pub keys: &'a [Key],
    #[serde(skip)]
    pub now: DateTime<Utc>,
    /// How to make the first one.
    #[serde(skip)]
    pub issue: String,
}

impl fmt::Display for KeyList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.keys.is_empty() {
            return write!(
                f,
                "{} has no key. To make the first one: {}",
                self.user, self.issue
            );
        }
        writeln!(
            f,
            "{:22} {:9} {:37} LAST USED",
            "ACCESS KEY ID", "STATUS", "CREATED"
        )?;
        for key in self.keys {
            let created = match key.created {
                Some(at) => format!("{} ({})", minute(at), ago(self.now - at)),
                None => "unknown".to_owned(),
            };
            let used = match &key.last_used {
                Some(used) => format!(
                    "{} ({}), {} in {}",
                    minute(used.at),
                    ago(self.now - used.at),
                    used.service,
                    used.region
                ),
                None => "never".to_owned(),
            };
            writeln!(f, "{:22} {:9} {created:37} {used}", key.id, status(key))?;
        }
        Ok(())
    }
}

/// One key in a sentence.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.id, status(self))?;
        if let Some(created) = self.created {
            write!(f, ", made {}", minute(created))?;
        }
        match &self.last_used {
            Some(used) => write!(f, ", last used {})", minute(used.at)),
            None => write!(f, ", never used)"),
        }
    }
}

/// Keys in a sentence.
pub fn one_line(keys: &[Key]) -> String {
    let keys: Vec<_> = keys.iter().map(Key::to_string).collect();
    keys.join(", ")
}

const fn status(key: &Key) -> &'static str {
    if key.active { "active" } else { "inactive" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_shows_when_each_key_was_made_and_used() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let keys = [
            Key {
                id: "AKIAOLDOLDOLDOLDOLD1".to_owned(),
                active: false,
                created: Some(at("2026-01-02T03:04:05Z")),
                last_used: Some(super::super::keys::LastUse {
                    at: at("2026-11-22T07:00:00Z"),
                    service: "s3".to_owned(),
                    region: "eu-central-1".to_owned(),
                }),
            },
            Key {
                id: "AKIANEWNEWNEWNEWNEW2".to_owned(),
                active: true,
                created: Some(at("2026-11-22T08:00:00Z")),
                last_used: None,
            },
        ];
        let listed = KeyList {
            user: "secops-reader",
            keys: &keys,
            now: at("2026-11-22T09:30:00Z"),
            issue: String::new(),
        };
        assert_eq!(
            listed.to_string(),
            "ACCESS KEY ID          STATUS    CREATED                               LAST USED\n\
             AKIAOLDOLDOLDOLDOLD1   inactive  2026-01-02 03:04 UTC (324 days ago)   2026-11-22 07:00 UTC (2 hours ago), s3 in \
             eu-central-1\n\
             AKIANEWNEWNEWNEWNEW2   active    2026-11-22 08:00 UTC (1 hour ago)     never\n"
        );
    }
}
