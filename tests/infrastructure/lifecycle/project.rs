//! The project as somebody has cloned it: a copy of its scripts and its Terraform code, with states, plugins and temporary files
//! of its own, so that a deployment of whoever runs the tests is not touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use local_stack::{AccessKey, Error, REGION, Stack, command, project};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

pub struct Project {
    folder: TempDir,
    environment: BTreeMap<String, String>,
}

/// What a script said that failed.
#[derive(PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Debug for Failure {
    /// As it was said, so that a panic can be read. What went wrong stands at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.lines().collect();
        let end = lines.len().saturating_sub(60);
        f.write_str(&lines[end..].join("\n"))
    }
}

impl Project {
    pub fn copy(stack: &Stack) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = project::root();
        for part in ["scripts", "terraform"] {
            copy(&root.join(part), &folder.path().join(part));
        }
        // What the deployment prints of it.
        fs::copy(root.join("README.md"), folder.path().join("README.md")).unwrap();
        // There are no sources to build it from.
        let zoomlogs = project::program("zoomlogs").unwrap();
        fs::remove_file(folder.path().join("scripts/zoomlogs")).unwrap();
        symlink(zoomlogs, folder.path().join("scripts/zoomlogs")).unwrap();
        let temporary = folder.path().join("tmp");
        fs::create_dir(&temporary).unwrap();
        let package = folder
            .path()
            .join("target/lambda/zoom_operationlogs_to_s3/bootstrap.zip");
        fs::create_dir_all(package.parent().unwrap()).unwrap();
        fs::write(&package, zip("the package")).unwrap();
        fs::write(package.with_file_name("newer.zip"), zip("a newer one")).unwrap();

        let mut environment: BTreeMap<_, _> =
            stack.environment(&AccessKey::root()).into_iter().collect();
        for name in ["HOME", "PATH", "TERRAFORM_PROVIDER_MIRROR"] {
            if let Ok(value) = env::var(name) {
                environment.insert(name.to_owned(), value);
            }
        }
        environment.insert("TMPDIR".to_owned(), temporary.display().to_string());
        environment.insert("TF_IN_AUTOMATION".to_owned(), "1".to_owned());
        // For Terraform itself. The scripts take AWS_REGION.
        environment.insert("TF_VAR_region".to_owned(), REGION.to_owned());
        Self {
            folder,
            environment,
        }
    }

    /// Runs one of the scripts with nothing on its standard input, and returns what it printed, well or ill.
    pub async fn run(
        &self,
        script: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let mut run = Command::new(self.folder.path().join("scripts").join(script));
        run.args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(&self.environment)
            .envs(variables.iter().copied());
        match command::run(&format!("{script} {}", arguments.join(" ")), &mut run).await {
            Err(Error::Failed { output, .. }) => Err(Failure(plain(&output))),
            other => Ok(plain(&other.unwrap())),
        }
    }

    /// The variables of an environment, as one writes them into its terraform.tfvars.
    pub fn variables(&self, environment: &str, variables: &Value) {
        let file = self.root(environment).join("terraform.tfvars.json");
        fs::write(file, variables.to_string()).unwrap();
    }

    /// What would be done with these variables besides: `update collector[operationlogs].aws_lambda_function.main`, and the like. What was
    /// made is not looked at anew.
    pub async fn plan(
        &self,
        environment: &str,
        variables: &Value,
        given: &[(&str, &str)],
    ) -> Result<BTreeSet<String>, Failure> {
        let file =
            tempfile::NamedTempFile::with_suffix_in(".tfvars.json", self.folder.path()).unwrap();
        fs::write(file.path(), variables.to_string()).unwrap();
        let root = format!("terraform/environments/{environment}");
        let file = format!("-var-file={}", file.path().display());
        let said = self
            .run(
                "terraform",
                &[
                    &root,
                    "plan",
                    "-json",
                    "-input=false",
                    "-refresh=false",
                    "-lock=false",
                    &file,
                ],
                given,
            )
            .await?;
        let messages = said
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(messages
            .filter(|message| {
                message["type"] == "planned_change" && message["change"]["action"] != "read"
            })
            .map(|message| {
                let change = &message["change"];
                let address = change["resource"]["addr"].as_str().unwrap();
                let address = address
                    .trim_start_matches("module.pipeline[\"main\"].")
                    .trim_start_matches("module.");
                let address = address.replace('"', "");
                format!("{} {address}", change["action"].as_str().unwrap())
            })
            .collect())
    }

    /// Addresses of all that stands.
    pub async fn resources(&self, environment: &str) -> Vec<String> {
        let root = format!("terraform/environments/{environment}");
        // Before the first apply there is no state, which Terraform says by failing.
        let listed = self
            .run("terraform", &[&root, "state", "list"], &[])
            .await
            .unwrap_or_default();
        listed.lines().map(str::to_owned).collect()
    }

    /// Whatever the scripts and Terraform left there.
    pub fn left_in_temporary_files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.folder.path().join("tmp"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    fn root(&self, environment: &str) -> PathBuf {
        self.folder
            .path()
            .join("terraform/environments")
            .join(environment)
    }
}

/// A zip with nothing but a comment in it: nobody runs the function here.
fn zip(comment: &str) -> Vec<u8> {
    let length = u16::try_from(comment.len()).unwrap();
    [
        b"PK\x05\x06",
        &[0; 16][..],
        &length.to_le_bytes(),
        comment.as_bytes(),
    ]
    .concat()
}

/// Without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    rest.fold(first, |all, part| all + part)
}

/// Copies a folder, without what Terraform has put there and without anybody's settings.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let text = name.to_str().unwrap();
        let foreign = text == ".terraform"
            || text == "target"
            || [".tfstate", ".tfvars", ".tfbackend"]
                .iter()
                .any(|suffix| text.contains(suffix));
        if foreign {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if from.is_symlink() {
            // What environments share, as git has it. All of these links are relative and stay inside.
            symlink(fs::read_link(&from).unwrap(), &to).unwrap();
        } else if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
