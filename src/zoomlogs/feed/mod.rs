//! `zoomlogs feed`: the feed of Google SecOps that reads the bucket: what to enter in its form, or the feed itself.

mod access_key;
mod arguments;
mod call;
mod client;
mod difference;
mod direct;
mod ensure;
mod form;
mod google;
mod instance;
mod name;
mod problem;
mod refusal;
mod resource;
mod state;
mod step;

use serde_json::{Value, json};
use thiserror::Error;

pub use self::arguments::FeedArguments;

use self::access_key::{AccessKey, AccessKeyError};
use self::arguments::{KeyPlace, Sheet};
use self::client::Client;
use self::ensure::Keys;
use self::form::{Form, FormError};
use self::google::SCOPE;
use self::instance::{Instance, InstanceError};
use self::problem::EnsureError;
use self::refusal::ChronicleError;
use self::resource::Body;
use self::state::State;
use self::step::Choice;
use crate::deployment::DeploymentError;
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};

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
    Ensure(#[from] EnsureError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("{0}")]
    Arguments(String),
    #[error("not in order: {}", .0.join("; "))]
    NotInOrder(Vec<String>),
}

impl CommandError for FeedError {
    fn code(&self) -> Code {
        match self {
            Self::Deployment(error) => error.code(),
            Self::AccessKey(error) => error.code(),
            Self::Chronicle(error) => error.code(),
            Self::Ensure(error) => error.code(),
            Self::Form(_) | Self::Output(_) => Code::Failed,
            Self::Instance(_) | Self::Arguments(_) => Code::Usage,
            Self::NotInOrder(_) => Code::NotInOrder,
        }
    }
}

pub async fn command(arguments: FeedArguments, output: &Output) -> Result<(), FeedError> {
    if arguments.subject_id {
        return subject_id(arguments.instance()?, output).await;
    }
    let sheets = arguments.sheets()?;
    if arguments.api {
        return api(&sheets, &arguments.instance()?, output);
    }
    if arguments.state {
        return state(&sheets, arguments.instance()?, output).await;
    }
    if arguments.create {
        let instance = arguments.instance()?;
        let choice = Choice {
            update: arguments.update,
            rotate_key: arguments.rotate_key,
            yes: arguments.yes,
        };
        return create(sheets, instance, &choice, output).await;
    }
    form(&sheets, output)
}

fn form(sheets: &[Sheet], output: &Output) -> Result<(), FeedError> {
    let mut text =
        "In Google SecOps: SIEM Settings, Feeds, Add New Feed. One feed for each report.\n\n"
            .to_owned();
    let mut feeds = Vec::new();
    for Sheet { form, .. } in sheets {
        text += &form.text();
        text.push('\n');
        feeds.push(json!({"report": form.report, "of": form.whose, "fields": form.fields()}));
    }
    Ok(output.show(&text, &json!({"feeds": feeds}))?)
}

fn api(sheets: &[Sheet], instance: &Instance, output: &Output) -> Result<(), FeedError> {
    let mut text = format!(
        "With a Google access token of the scope {SCOPE}; the host is that of the location, or --endpoint's.\n"
    );
    let mut requests = Vec::new();
    for Sheet { form, .. } in sheets {
        text += &format!("\nFeed of the report {}, {}\n\n", form.report, form.whose);
        text += &request(form, instance);
        text.push('\n');
        let body = Body::new(form, instance);
        requests.push(json!({
            "report": form.report, "of": form.whose, "method": "POST", "url": instance.feeds(), "body": body.shown(),
        }));
    }
    Ok(output.show(&text, &json!({"scope": SCOPE, "requests": requests}))?)
}

/// The request that creates a feed, as far as it may be shown.
fn request(form: &Form, instance: &Instance) -> String {
    let body = Body::new(form, instance);
    format!("POST {}\n{:#}\n", instance.feeds(), body.shown())
}

async fn create(
    sheets: Vec<Sheet>,
    instance: Instance,
    choice: &Choice,
    output: &Output,
) -> Result<(), FeedError> {
    let forms = sheets.into_iter().map(|Sheet { form, key }| {
        let keys = Held {
            place: key,
            key: None,
        };
        (form, keys)
    });
    let mut forms: Vec<_> = forms.collect();
    for (_, keys) in &mut forms {
        keys.read()?;
    }
    let client = Client::new(instance)?;
    let done = ensure::ensure(forms, &client, choice, output).await?;
    let mut text = String::new();
    for done in &done {
        text += &format!("{done}\n");
    }
    text += "To see how it is doing: the same with --state in place of --create (make: STATE=1). Google reads every 15 minutes.";
    Ok(output.show(&text, &json!({"feeds": done}))?)
}

async fn state(sheets: &[Sheet], instance: Instance, output: &Output) -> Result<(), FeedError> {
    let client = Client::new(instance)?;
    let feeds = client.list().await?;
    let mut text = String::new();
    let mut json = Vec::new();
    let mut problems = Vec::new();
    for Sheet { form, .. } in sheets {
        let feed = ensure::find(form, &feeds, &client)?;
        let state = feed.cloned().map(State::from);
        match &state {
            Some(state) => {
                text += &format!("{state}\n");
                if !state.is_well() {
                    problems.push(format!(
                        "the feed {:?} is {}",
                        state.display_name, state.state
                    ));
                }
            }
            None => {
                text += &format!("{}\n  is not there\n\n", form.name);
                problems.push(format!(
                    "there is no feed {:?}, and none that reads {}",
                    form.name, form.s3_uri
                ));
            }
        }
        json.push(json!({"report": form.report, "of": form.whose, "feed": state}));
    }
    output.show(&text, &json!({"feeds": json}))?;
    if problems.is_empty() {
        Ok(())
    } else {
        Err(FeedError::NotInOrder(problems))
    }
}

async fn subject_id(instance: Instance, output: &Output) -> Result<(), FeedError> {
    let client = Client::new(instance)?;
    let subject_id = client.subject_id().await?;
    let json: Value = json!({"subject_id": subject_id});
    Ok(output.show(&subject_id, &json)?)
}

/// The key of one feed, and where to get it.
#[derive(Debug)]
struct Held {
    place: KeyPlace,
    key: Option<AccessKey>,
}

impl Held {
    /// Reads a key that comes in at standard input, before anything else can fail.
    fn read(&mut self) -> Result<(), AccessKeyError> {
        if matches!(self.place, KeyPlace::Stdin) {
            self.key = Some(AccessKey::read()?);
        }
        Ok(())
    }
}

impl Keys for Held {
    fn present(&self) -> Option<&AccessKey> {
        self.key.as_ref()
    }

    async fn fetch(&mut self) -> Result<(), AccessKeyError> {
        let KeyPlace::Secret {
            region,
            name,
            store,
        } = &self.place
        else {
            return Ok(());
        };
        let name = name.as_deref().ok_or(AccessKeyError::Unnamed)?;
        self.key = Some(AccessKey::fetch(region.as_deref(), name, store).await?);
        Ok(())
    }
}
