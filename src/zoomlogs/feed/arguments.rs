//! The command line of `zoomlogs feed`, and the forms that it is about.

use clap::{ArgGroup, Args};
use zoomlogs_core::report;

use super::access_key::{FeedKey, KeyPlace};
use super::direct::Direct;
use super::error::FeedError;
use super::form::{Authentication, Form, Origin, Sheet};
use super::instance::Instance;
use crate::deployment::Named;
use crate::place::Place;

/// What to enter in the feed of Google SecOps, or makes the feed
///
/// Prints the form field by field, one feed for each report. With --api it prints the request to the Chronicle API instead, and
/// with --create it sends it, with the caller's Google credentials (Application Default Credentials), unless the feed is
/// there already: it looks first, shows what differs, and asks.
///
/// The feed's access key comes from Secrets Manager, where `reader-key issue --store` puts it, or with --key-stdin from
/// standard input as `reader-key issue --json` prints it. It is on no command line and in nothing that this prints.
///
/// Needs the Google permissions chronicle.feeds.list and, with --create, chronicle.feeds.create and chronicle.feeds.update
/// (roles/chronicle.editor has them); with --subject-id chronicle.feedServiceAccounts.fetch. For the key it needs
/// secretsmanager:GetSecretValue on its secret.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("which").required(true).multiple(true).args(["env", "bucket", "subject_id"]),
    group = ArgGroup::new("mode").args(["api", "create", "state", "subject_id"]),
)]
pub struct FeedArguments {
    #[command(flatten)]
    place: Place,

    /// Only this report: operationlogs, activities; without --env operationlogs
    #[arg(long)]
    report: Option<String>,

    /// The bucket, without --env
    #[arg(long, conflicts_with_all = ["env", "account"])]
    bucket: Option<String>,

    #[command(flatten)]
    direct: Direct,

    /// The feed's name; by default the report's, with the environment and the account where these are not the only ones
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,

    /// Prints the request that creates the feed
    #[arg(long, requires_all = SECOPS)]
    pub api: bool,

    /// Creates the feed, unless it is there
    #[arg(long, requires_all = SECOPS)]
    pub create: bool,

    /// Shows how the feed is doing
    #[arg(long, requires_all = SECOPS)]
    pub state: bool,

    /// Prints the subject id of the SecOps instance, which the role of a feed without a key trusts
    #[arg(long, requires_all = SECOPS)]
    pub subject_id: bool,

    /// With --create: changes a feed that is there and differs
    #[arg(long, requires = "create")]
    pub update: bool,

    /// With --create: sends the key to a feed that is there, whether or not anything else differs
    #[arg(long, requires = "create")]
    pub rotate_key: bool,

    /// With --create: does not ask
    #[arg(long, requires = "create")]
    pub yes: bool,

    /// The secret that holds the feed's key (default: USER-access-key)
    #[arg(long, value_name = "ID", requires = "create")]
    key_secret: Option<String>,

    /// Reads the feed's key from standard input
    #[arg(long, requires = "create", conflicts_with = "key_secret")]
    key_stdin: bool,

    /// The Google Cloud project that SecOps is linked to, by id or number
    #[arg(long, requires = "mode")]
    project: Option<String>,

    /// The location of the SecOps instance: us, eu, europe-west2, …
    #[arg(long, requires = "mode")]
    location: Option<String>,

    /// The customer id of the SecOps instance
    #[arg(long = "instance", value_name = "INSTANCE", requires = "mode")]
    instance_id: Option<String>,

    /// The Chronicle API, where it is not at https://chronicle.LOCATION.rep.googleapis.com
    #[arg(long, value_name = "URL", requires = "mode")]
    endpoint: Option<String>,
}

const SECOPS: [&str; 3] = ["project", "location", "instance_id"];

impl FeedArguments {
    /// The SecOps instance. The parser of the command line sees to it that its parts are there where they are needed.
    pub fn instance(&self) -> Result<Instance, FeedError> {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        Ok(Instance::new(
            &part(&self.project),
            &part(&self.location),
            &part(&self.instance_id),
            self.endpoint.as_deref(),
        )?)
    }

    /// The forms: of each account and each report, unless one is named.
    pub fn sheets(&self) -> Result<Vec<Sheet>, FeedError> {
        let mut sheets = match &self.bucket {
            Some(bucket) => vec![self.direct(bucket)?],
            None => self.deployed()?,
        };
        if let Some(name) = &self.display_name {
            match &mut sheets[..] {
                [Sheet { form, .. }] => form.name.clone_from(name),
                sheets => {
                    return Err(FeedError::Arguments(format!(
                        "--display-name is the name of one feed, and there are {}: say which, with --report or --account",
                        sheets.len()
                    )));
                }
            }
        }
        if self.key_stdin && sheets.len() > 1 {
            return Err(FeedError::Arguments(format!(
                "standard input holds one key, and there are {} feeds: say which, with --report or --account, or put the key \
                 into Secrets Manager",
                sheets.len()
            )));
        }
        let is_role =
            |sheet: &Sheet| matches!(sheet.form.authentication, Authentication::Role { .. });
        if (self.key_stdin || self.key_secret.is_some()) && sheets.iter().any(is_role) {
            return Err(FeedError::Arguments(
                "a feed that assumes a role has no key: leave out --key-stdin and --key-secret"
                    .to_owned(),
            ));
        }
        Ok(sheets)
    }

    fn deployed(&self) -> Result<Vec<Sheet>, FeedError> {
        let pipelines = self.place.pipelines(self.report.as_deref())?;
        let mut sheets = Vec::new();
        for named in &pipelines {
            let reports = &named.pipeline.reports;
            let mut names: Vec<_> = reports
                .keys()
                .filter(|name| self.report.as_ref().is_none_or(|only| only == *name))
                .collect();
            names.sort_by_key(|name| rank(name));
            for name in names {
                sheets.push(self.sheet(named, name, &reports[name].feed)?);
            }
        }
        Ok(sheets)
    }

    fn sheet(
        &self,
        named: &Named,
        report: &str,
        feed: &serde_json::Value,
    ) -> Result<Sheet, FeedError> {
        let user = named.pipeline.reader_user_name.as_deref();
        let form = Form::parse(
            feed,
            Origin {
                whose: named.to_string(),
                report,
                distinctions: named.distinctions(),
                user,
                issue: named.make("reader-key"),
            },
        )?;
        let make = named.make("reader-key");
        let store =
            format!("{make} STORE=1 ({make} DO=rotate STORE=1 if its user has one already)");
        let key = self.key(Some(named.pipeline.region.clone()), user, store);
        Ok(Sheet { form, key })
    }

    fn direct(&self, bucket: &str) -> Result<Sheet, FeedError> {
        let form = self.direct.form(bucket, self.report.as_deref())?;
        let user = self.direct.user();
        let who = user.unwrap_or("USER");
        let store = format!(
            "zoomlogs reader-key issue --user {who} --store (zoomlogs reader-key rotate --user {who} --store if it has one \
             already)"
        );
        let key = self.key(None, user, store);
        Ok(Sheet { form, key })
    }

    fn key(&self, region: Option<String>, user: Option<&str>, store: String) -> FeedKey {
        let default = || user.map(|user| format!("{user}-access-key"));
        FeedKey::at(if self.key_stdin {
            KeyPlace::Stdin
        } else {
            KeyPlace::Secret {
                region,
                name: self.key_secret.clone().or_else(default),
                store,
            }
        })
    }
}

/// The order of the reports is that of the table that describes them.
fn rank(name: &str) -> usize {
    let known = report::ALL.iter().position(|report| report.name == name);
    known.unwrap_or(report::ALL.len())
}
