//! `zoomlogs feed`: the feed of Google SecOps that reads the bucket: what to enter in its form, or the feed itself.
//!
//! | module | what it is |
//! |---|---|
//! | `access_key` | the key that the feed reads the bucket with |
//! | `form` | what to enter in the form for a feed |
//! | `instance` | one SecOps instance, and where its API is |
//! | `resource` | a feed as the API has it |
//! | `difference` | what a feed that is there has otherwise than its form says |
//! | `google`, `refusal`, `call`, `client` | the part of the Chronicle API that is about feeds |
//! | `error` | why a feed is not made or shown |
//! | `direct`, `arguments` | the command line, and the forms that it is about |
//! | `state` | how a feed is doing |
//! | `plan`, `ensure` | what is to be done about a form, and doing it |

mod access_key;
mod arguments;
mod call;
mod client;
mod difference;
mod direct;
mod ensure;
mod error;
mod form;
mod google;
mod instance;
mod plan;
mod refusal;
mod resource;
mod state;

use serde_json::json;

pub use self::arguments::FeedArguments;

use self::client::Chronicle;
use self::error::FeedError;
use self::form::Sheet;
use self::google::SCOPE;
use self::instance::Instance;
use self::plan::Choice;
use self::resource::Body;
use self::state::FeedState;
use crate::output::Output;

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
        let body = Body::new(form, instance);
        text += &body.request(instance);
        text.push('\n');
        requests.push(json!({
            "report": form.report, "of": form.whose, "method": "POST", "url": instance.feeds(), "body": body.shown(),
        }));
    }
    Ok(output.show(&text, &json!({"scope": SCOPE, "requests": requests}))?)
}

async fn create(
    mut sheets: Vec<Sheet>,
    instance: Instance,
    choice: &Choice,
    output: &Output,
) -> Result<(), FeedError> {
    for Sheet { key, .. } in &mut sheets {
        key.read()?;
    }
    let chronicle = Chronicle::new(instance)?;
    let done = ensure::ensure(sheets, &chronicle, choice, output).await?;
    let mut text = String::new();
    for done in &done {
        text += &format!("{done}\n");
    }
    text += "To see how it is doing: the same with --state in place of --create (make: STATE=1). Google reads every 15 minutes.";
    Ok(output.show(&text, &json!({"feeds": done}))?)
}

async fn state(sheets: &[Sheet], instance: Instance, output: &Output) -> Result<(), FeedError> {
    let chronicle = Chronicle::new(instance)?;
    let feeds = chronicle.list().await?;
    let mut text = String::new();
    let mut json = Vec::new();
    let mut problems = Vec::new();
    for Sheet { form, .. } in sheets {
        let feed = ensure::find(form, &feeds, &chronicle)?;
        let state = feed.cloned().map(FeedState::from);
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
    let chronicle = Chronicle::new(instance)?;
    let subject_id = chronicle.subject_id().await?;
    Ok(output.show(&subject_id, &json!({"subject_id": subject_id}))?)
}
