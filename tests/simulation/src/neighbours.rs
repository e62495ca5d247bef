//! Who else touches the bucket, and the app: the feed, the bucket's lifecycle rules, whoever rotates the credentials, and a
//! meddler.

use bytes::Bytes;
use chrono::TimeDelta;

use crate::tally::Kind;
use crate::world::{Event, World, note};

impl World {
    /// The feed deletes what it has ingested.
    pub(crate) fn feed(&self) {
        let Some(age) = self.scenario.feed_waits else {
            return;
        };
        let mut oracle = self.oracle.borrow_mut();
        for entry in oracle.old_entries(self.now(), age, |entry| entry.deleted) {
            self.bucket.delete(&entry.key);
            entry.deleted = true;
            self.tally.add(Kind::FeedDeleted);
            note!(self, "the feed deletes {}", entry.key);
        }
    }

    /// The bucket's rules: entries expire, and their versions much later.
    pub(crate) fn lifecycle(&self) {
        let Some(age) = self.scenario.entries_expire else {
            return;
        };
        let now = self.now();
        let mut oracle = self.oracle.borrow_mut();
        for entry in oracle.old_entries(now, age, |entry| entry.deleted) {
            self.bucket.delete(&entry.key);
            entry.deleted = true;
            self.tally.add(Kind::LifecycleExpired);
            note!(self, "{} expires", entry.key);
        }
        let kept = self.scenario.versions_kept;
        for entry in oracle.old_entries(now, kept, |entry| entry.purged) {
            self.bucket.purge(&entry.key);
            entry.purged = true;
            self.tally.add(Kind::LifecyclePurged);
            note!(self, "{} is removed for good", entry.key);
        }
    }

    /// Somebody does something to the checkpoint.
    pub(crate) fn tamper(&self) {
        let versions: Vec<Bytes> = self
            .bucket
            .all_versions(self.state_key())
            .into_iter()
            .map(|(_, body)| body)
            .collect();
        let Some(newest) = versions.last().filter(|_| versions.len() > 1) else {
            return;
        };
        // With all versions gone START_DATE is all that says where the collection began.
        let kinds = if self.scenario.collector.start_date.is_some() {
            4
        } else {
            3
        };
        let kind = match self.between(0, kinds) {
            0 => {
                self.bucket.delete(self.state_key());
                Kind::StateDeleted
            }
            1 => {
                let length = self.between(0, (newest.len() as i64 - 1).max(0));
                self.bucket
                    .overwrite(self.state_key(), newest.slice(..length as usize));
                Kind::StateTruncated
            }
            2 => {
                let older = self.between(0, versions.len() as i64 - 2);
                self.bucket
                    .overwrite(self.state_key(), versions[older as usize].clone());
                Kind::StateRolledBack
            }
            3 => {
                self.bucket
                    .overwrite(self.state_key(), r#"{"state":"of something else"}"#);
                Kind::StateGarbage
            }
            _ => {
                self.bucket.purge(self.state_key());
                Kind::StatePurged
            }
        };
        let mut oracle = self.oracle.borrow_mut();
        oracle.checkpoint = None;
        oracle.tampered += 1;
        self.tally.add(kind);
        note!(self, "{}", kind.name());
    }

    /// The app's credentials become others. Some time later they are in the secret.
    pub(crate) fn rotate(&self) {
        let number = self.between(0, i64::MAX);
        let credentials = zoom_simulator::Credentials {
            client_secret: format!("rotated {number}"),
            ..self.secret.borrow().clone()
        };
        note!(self, "the app's credentials are rotated");
        let mut zoom = self.zoom.borrow_mut();
        zoom.set_credentials(credentials);
        zoom.revoke_access_tokens();
        self.tally.add(Kind::Rotated);
        let delay = TimeDelta::seconds(self.between(0, 120));
        self.timeline.plan_in(delay, Event::SecretUpdated);
    }

    /// The secret holds what is in force.
    pub(crate) fn update_secret(&self) {
        *self.secret.borrow_mut() = self.zoom.borrow().credentials().clone();
    }
}
