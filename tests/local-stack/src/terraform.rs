//! `terraform apply` of `environments/local` against a stack.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::process::Command;

use crate::{
    aws::AccessKey,
    certificate::write_private,
    command,
    error::{Error, Result},
    project,
    stack::Stack,
};

/// The inputs of `environments/local` that a caller decides; the stack adds how to reach it.
#[derive(Clone, Debug, Serialize)]
pub struct Variables {
    /// The zip with the function.
    pub package_path: PathBuf,
    /// The processor that it was built for.
    pub architecture: String,
    /// How often the function runs.
    pub schedule_expression: String,
    /// Whether it runs on schedule at all.
    pub schedule_enabled: bool,
    /// Whether the bucket gets its lifecycle rules. The emulator never acts on them, and Terraform waits a minute for them.
    pub lifecycle_enabled: bool,
    /// How the functions read Zoom: `zoom_oauth_url`, `zoom_api_url`, `start_date`, …
    pub settings: Map<String, Value>,
    /// Whatever else the root takes, such as `reports` or `reader_access`.
    #[serde(flatten)]
    pub options: Map<String, Value>,
}

/// What Terraform says of what it made: `pipelines.main` among the outputs of `environments/local`.
#[derive(Clone, Debug, Deserialize)]
pub struct Deployment {
    /// The bucket.
    pub bucket: String,
    /// The secret for the Zoom credentials.
    pub secret_arn: String,
    /// Its name.
    pub secret_name: String,
    /// The user that the feeds read as, unless they assume a role.
    pub reader_user_name: Option<String>,
    /// The role that the feeds assume, unless they read as a user.
    pub reader_role_arn: Option<String>,
    /// The key that the bucket is encrypted with, unless it is S3's own.
    pub kms_key_arn: Option<String>,
    /// The topic that alarms are sent to.
    pub alarm_topic_arn: String,
    /// The alarms of all reports.
    pub alarm_names: Vec<String>,
    /// The dashboard, unless it is switched off.
    pub dashboard_name: Option<String>,
    /// What each report that is collected has of its own, by its name.
    pub reports: BTreeMap<String, DeployedReport>,
}

/// What a report has of its own.
#[derive(Clone, Debug, Deserialize)]
pub struct DeployedReport {
    /// The function that collects it.
    pub function_name: String,
    /// The role that it runs as.
    pub function_role_arn: String,
    /// Its log group.
    pub log_group_name: String,
    /// The queue that collects failed invocations.
    pub failure_queue_url: String,
    /// The schedule.
    pub schedule_name: String,
    /// Where the delivered objects go.
    pub s3_prefix: String,
    /// The checkpoint's key.
    pub state_key: String,
    /// The alarms.
    pub alarm_names: Vec<String>,
    /// What to enter in the feed's form, by the form's words.
    pub feed: Map<String, Value>,
}

impl Deployment {
    /// What a report has of its own.
    ///
    /// # Panics
    /// When it is not collected: the root's variable `reports` says which are.
    pub fn report(&self, name: &str) -> &DeployedReport {
        let deployed = self.reports.keys();
        self.reports
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not among the reports collected: {deployed:?}"))
    }

    /// The report that is collected unless something else is asked for.
    ///
    /// # Panics
    /// When it is not collected.
    pub fn operation_logs(&self) -> &DeployedReport {
        self.report("operationlogs")
    }
}

/// One apply.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What stands now.
    pub deployment: Deployment,
    /// Terraform's last word: how many resources were added, changed and destroyed.
    pub summary: String,
    /// Addresses of all resources that stand now.
    pub resources: Vec<String>,
}

impl Stack {
    /// Applies `environments/local` to this stack. State, variables and providers lie in the stack's own directory, so that
    /// nothing is left in the project, and two stacks can do this at once. A second apply changes what differs.
    pub async fn apply(&self, variables: &Variables) -> Result<Applied> {
        let directory = self.directory().join("terraform");
        if !directory.exists() {
            fs::create_dir(&directory).map_err(Error::file(&directory))?;
            self.terraform(
                "init",
                ["-input=false", "-no-color", "-lockfile=readonly"].map(str::to_owned),
            )
            .await?;
        }
        let mut inputs = serde_json::to_value(variables)
            .map_err(|error| Error::Unexpected(error.to_string()))?;
        inputs["aws_endpoint"] = self.endpoint().into();
        inputs["ca_bundle"] = self.ca_file().display().to_string().into();
        let inputs_file = directory.join("variables.tfvars.json");
        if inputs_file.exists() {
            fs::remove_file(&inputs_file).map_err(Error::file(&inputs_file))?;
        }
        write_private(&inputs_file, &inputs.to_string())?;

        let state = format!("-state={}", self.terraform_state_file().display());
        let log = self
            .terraform(
                "apply",
                [
                    "-input=false".to_owned(),
                    "-no-color".to_owned(),
                    "-auto-approve".to_owned(),
                    // The emulator answers in milliseconds; this is what takes the time.
                    "-parallelism=20".to_owned(),
                    state.clone(),
                    format!("-var-file={}", inputs_file.display()),
                ],
            )
            .await?;
        let summary = log
            .lines()
            .find(|line| line.starts_with("Apply complete!"))
            .unwrap_or_default()
            .trim_start_matches("Apply complete! ")
            .to_owned();
        let outputs = self
            .terraform("output", ["-json".to_owned(), state.clone()])
            .await?;
        let resources = self.terraform("state list", [state]).await?;
        Ok(Applied {
            deployment: deployment(&outputs)?,
            summary,
            resources: resources
                .lines()
                .filter(|line| !line.contains("data."))
                .map(str::to_owned)
                .collect(),
        })
    }

    /// The Terraform state of this stack.
    pub fn terraform_state_file(&self) -> PathBuf {
        self.directory().join("terraform/terraform.tfstate")
    }

    async fn terraform(
        &self,
        verb: &str,
        arguments: impl IntoIterator<Item = String>,
    ) -> Result<String> {
        let root = project::root();
        let mut command = Command::new(root.join("scripts/terraform"));
        command
            .arg("terraform/environments/local")
            .args(verb.split_whitespace())
            .args(arguments)
            .current_dir(&root)
            .env("TF_DATA_DIR", self.directory().join("terraform/data"))
            .env("TF_IN_AUTOMATION", "1")
            .envs(self.environment(&AccessKey::root()));
        command::run_in(
            self.ministack_pid(),
            &format!("terraform {verb}"),
            &mut command,
        )
        .await
    }
}

/// The outputs as `terraform output -json` prints them: each value wrapped in its type.
#[derive(Deserialize)]
struct Outputs {
    pipelines: Output<Pipelines>,
}

#[derive(Deserialize)]
struct Output<T> {
    value: T,
}

#[derive(Deserialize)]
struct Pipelines {
    main: Deployment,
}

fn deployment(outputs: &str) -> Result<Deployment> {
    serde_json::from_str(outputs)
        .map(|outputs: Outputs| outputs.pipelines.value.main)
        .map_err(|error| Error::Unexpected(format!("terraform output: {error}: {outputs}")))
}
