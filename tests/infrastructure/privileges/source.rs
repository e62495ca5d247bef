//! The same mutations in the source, where the modules' own tests must notice them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread::{self, available_parallelism},
};

use hcl_edit::{
    expr::Expression,
    structure::{Block, Body, Structure},
};
use local_stack::project;
use tempfile::TempDir;

/// One statement of a policy document in a file.
#[derive(Clone, Debug)]
struct Statement {
    file: PathBuf,
    document: String,
    sid: String,
}

/// What is done to it.
#[derive(Clone, Copy, Debug)]
enum Change {
    Remove,
    Actions,
    Resources,
    Principals,
    /// The condition with this number is dropped.
    Condition(usize),
}

/// A mutation of the source below a folder `terraform`, of which every worker has its own.
#[derive(Clone, Debug)]
struct Job {
    directory: PathBuf,
    statement: Statement,
    change: Change,
}

#[test]
#[ignore = "takes minutes: `make sabotage-policies`"]
fn the_modules_tests_notice_each_mutation() {
    let source = project::root().join("terraform");
    let jobs = Mutex::new(jobs(&source));
    let unnoticed = Mutex::new(Vec::new());
    println!(
        "{:<16} {:<34} {:<14} noticed by the run",
        "module", "statement", "change"
    );
    let workers: Vec<_> = (0..available_parallelism().unwrap().get())
        .map(|_| Worker::new(&source, &jobs.lock().unwrap()))
        .collect();
    thread::scope(|scope| {
        for worker in &workers {
            scope.spawn(|| {
                loop {
                    let Some(job) = jobs.lock().unwrap().pop() else {
                        return;
                    };
                    let noticed = worker.noticing_run(&job);
                    let Job {
                        directory,
                        statement,
                        change,
                    } = &job;
                    let line = format!(
                        "{:<16} {:<34} {:<14}",
                        directory.file_name().unwrap().to_string_lossy(),
                        statement.sid,
                        format!("{change:?}")
                    );
                    println!("{line} {}", noticed.as_deref().unwrap_or("NO RUN"));
                    if noticed.is_none() {
                        unnoticed.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    let unnoticed = unnoticed.into_inner().unwrap();
    assert!(
        unnoticed.is_empty(),
        "noticed by no run:\n{}",
        unnoticed.join("\n")
    );
}

/// All that is to be tried, the last first.
fn jobs(source: &Path) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (directory, statements) in documents(source) {
        let relative = |path: &Path| path.strip_prefix(source).unwrap().to_owned();
        for statement in statements {
            let text = fs::read_to_string(&statement.file).unwrap();
            jobs.extend(changes(&text, &statement).into_iter().map(|change| Job {
                directory: relative(&directory),
                statement: Statement {
                    file: relative(&statement.file),
                    ..statement.clone()
                },
                change,
            }));
        }
    }
    jobs.reverse();
    jobs
}

/// A copy of the source in which one mutation after the other is tried.
struct Worker {
    copy: TempDir,
}

impl Worker {
    /// One whose modules pass their tests as they are.
    fn new(source: &Path, jobs: &[Job]) -> Self {
        let copy = tempfile::tempdir().unwrap();
        copy_sources(source, copy.path());
        let directories: BTreeSet<_> = jobs.iter().map(|job| &job.directory).collect();
        for directory in directories {
            let directory = copy.path().join(directory);
            leave_out_what_is_about_other_things(&directory);
            initialise(&directory);
            let sound = failed_run(&directory);
            assert!(
                sound.is_none(),
                "{} as it is: {sound:?}",
                directory.display()
            );
        }
        Self { copy }
    }

    fn noticing_run(&self, job: &Job) -> Option<String> {
        let file = self.copy.path().join(&job.statement.file);
        let sound = fs::read_to_string(&file).unwrap();
        fs::write(&file, mutated(&sound, &job.statement, job.change)).unwrap();
        let noticed = failed_run(&self.copy.path().join(&job.directory));
        fs::write(&file, sound).unwrap();
        noticed
    }
}

/// Takes the runs out of a module's tests that say nothing of policies: they would only take time.
fn leave_out_what_is_about_other_things(directory: &Path) {
    for entry in fs::read_dir(directory.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let tests: Body = fs::read_to_string(&path).unwrap().parse().unwrap();
            let keep = |structure: &Structure| {
                let run = structure.as_block().filter(|block| block.has_ident("run"));
                run.is_none_or(|run| run.body.to_string().contains("policy"))
            };
            let kept: Body = tests
                .iter()
                .filter(|structure| keep(structure))
                .cloned()
                .collect();
            fs::write(&path, kept.to_string()).unwrap();
        }
    }
}

/// What is written by people, and the lock files.
fn copy_sources(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry
            .map(|entry| (entry.path(), entry.file_name()))
            .unwrap();
        if path.is_dir() && name != ".terraform" {
            copy_sources(&path, &to.join(name));
        } else if path.is_file() {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// The statements of all policy documents below a folder, by the folder that they are in.
fn documents(folder: &Path) -> BTreeMap<PathBuf, Vec<Statement>> {
    let mut found = BTreeMap::<PathBuf, Vec<Statement>>::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "tf") {
            let source = fs::read_to_string(&path).unwrap();
            let statements = statements(&path, &source);
            if !statements.is_empty() {
                found
                    .entry(folder.to_owned())
                    .or_default()
                    .extend(statements);
            }
        }
    }
    found
}

fn statements(file: &Path, source: &str) -> Vec<Statement> {
    let body: Body = source.parse().unwrap();
    let mut found = Vec::new();
    for document in body.blocks().filter(|block| is_policy_document(block)) {
        for statement in document.body.blocks().filter_map(content) {
            found.push(Statement {
                file: file.to_owned(),
                document: document.labels[1].as_str().to_owned(),
                sid: sid(statement)
                    .unwrap_or_else(|| panic!("{}: a statement without a Sid", file.display())),
            });
        }
    }
    let names: BTreeSet<_> = found.iter().map(|one| (&one.document, &one.sid)).collect();
    assert_eq!(
        names.len(),
        found.len(),
        "{}: a Sid twice in a document",
        file.display()
    );
    found
}

fn is_policy_document(block: &Block) -> bool {
    block.has_ident("data")
        && block
            .labels
            .first()
            .is_some_and(|label| label.as_str() == "aws_iam_policy_document")
}

/// What is in a statement, whether it is always there or sometimes.
fn content(block: &Block) -> Option<&Body> {
    if block.has_ident("statement") {
        Some(&block.body)
    } else if block.has_ident("dynamic") && block.labels[0].as_str() == "statement" {
        block
            .body
            .get_blocks("content")
            .next()
            .map(|content| &content.body)
    } else {
        None
    }
}

fn content_mut(block: &mut Block) -> Option<&mut Body> {
    if block.has_ident("statement") {
        Some(&mut block.body)
    } else if block.has_ident("dynamic") && block.labels[0].as_str() == "statement" {
        block
            .body
            .get_blocks_mut("content")
            .next()
            .map(|content| &mut content.body)
    } else {
        None
    }
}

fn sid(statement: &Body) -> Option<String> {
    Some(statement.get_attribute("sid")?.value.as_str()?.to_owned())
}

/// What can be done to a statement.
fn changes(source: &str, statement: &Statement) -> Vec<Change> {
    let mut body: Body = source.parse().unwrap();
    let mut changes = vec![Change::Remove, Change::Actions];
    let content = find(&mut body, statement);
    let resources = content.get_attribute("resources");
    // In the policy of a key that is the key.
    if resources.is_some_and(|resources| resources.value.to_string().trim() != r#"["*"]"#) {
        changes.push(Change::Resources);
    }
    if content.has_blocks("principals") {
        changes.push(Change::Principals);
    }
    let conditions = content.get_blocks("condition").count();
    changes.extend((0..conditions).map(Change::Condition));
    changes
}

fn find<'a>(body: &'a mut Body, statement: &Statement) -> &'a mut Body {
    document_mut(body, statement)
        .blocks_mut()
        .filter_map(content_mut)
        .find(|content| sid(content).as_deref() == Some(&statement.sid))
        .unwrap()
}

fn document_mut<'a>(body: &'a mut Body, statement: &Statement) -> &'a mut Body {
    let document = body
        .blocks_mut()
        .find(|block| is_policy_document(block) && block.labels[1].as_str() == statement.document);
    &mut document.unwrap().body
}

/// The source with a statement changed.
fn mutated(source: &str, statement: &Statement, change: Change) -> String {
    let mut body: Body = source.parse().unwrap();
    if let Change::Remove = change {
        let document = document_mut(&mut body, statement);
        let index = document
            .iter()
            .position(|structure| {
                let content = structure.as_block().and_then(content);
                content.and_then(sid).as_deref() == Some(&statement.sid)
            })
            .unwrap();
        document.remove(index);
        return body.to_string();
    }
    let content = find(&mut body, statement);
    match change {
        Change::Remove => {}
        Change::Actions => {
            let actions = content.get_attribute("actions").unwrap().value.to_string();
            let first = actions.split('"').nth(1).unwrap();
            let service = first.split(':').next().unwrap();
            let wide = format!("[\"{service}:*\"]");
            // What is as wide as can be is made narrow.
            let other = if actions.trim() == wide {
                format!("[\"{service}:GetObject\"]")
            } else {
                wide
            };
            set(content, "actions", &other);
        }
        Change::Resources => set(content, "resources", "[\"*\"]"),
        Change::Principals => {
            let principals = content.get_blocks_mut("principals").next().unwrap();
            let anybody = principals
                .body
                .get_attribute("type")
                .unwrap()
                .value
                .as_str()
                == Some("*");
            let somebody = "[\"arn:aws:iam::000000000000:user/somebody\"]";
            set(&mut principals.body, "type", "\"AWS\"");
            set(
                &mut principals.body,
                "identifiers",
                if anybody { somebody } else { "[\"*\"]" },
            );
        }
        Change::Condition(number) => {
            let is_condition = |index: &usize| {
                let block = content
                    .get(*index)
                    .and_then(|structure| structure.as_block());
                block.is_some_and(|block| block.has_ident("condition"))
            };
            let index = (0..content.len()).filter(is_condition).nth(number).unwrap();
            content.remove(index);
        }
    }
    body.to_string()
}

fn set(body: &mut Body, name: &str, value: &str) {
    let value: Expression = value.parse().unwrap();
    *body.get_attribute_mut(name).unwrap().value_mut() = value;
}

fn terraform(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let cache = project::root().join("terraform/.terraform/plugins");
    fs::create_dir_all(&cache).unwrap();
    let output = Command::new(project::root().join("scripts/terraform"))
        .arg(directory)
        .args(arguments)
        .env("TF_PLUGIN_CACHE_DIR", cache)
        .env("TF_IN_AUTOMATION", "1")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn initialise(directory: &Path) {
    let lock = ".terraform.lock.hcl";
    if !directory.join(lock).exists() {
        let prod = project::root()
            .join("terraform/environments/prod")
            .join(lock);
        fs::copy(prod, directory.join(lock)).unwrap();
    }
    let (ready, said) = terraform(
        directory,
        &[
            "init",
            "-backend=false",
            "-lockfile=readonly",
            "-input=false",
            "-no-color",
        ],
    );
    assert!(ready, "{said}");
}

/// Runs a module's tests, and names the first run that failed by what it says of the policy. A mutation that Terraform
/// cannot even read would prove nothing.
fn failed_run(directory: &Path) -> Option<String> {
    let (passed, said) = terraform(directory, &["test", "-no-color"]);
    if passed {
        assert!(
            !said.contains(" 0 passed"),
            "no tests in {}: {said}",
            directory.display()
        );
        return None;
    }
    // A condition that finds no statement where one should be cannot even be worked out.
    let by_condition = said.contains("Test assertion failed")
        || said
            .lines()
            .any(|line| line.trim_start().starts_with("on tests/"));
    assert!(by_condition, "{}: {said}", directory.display());
    let failed = said
        .lines()
        .find(|line| line.trim_end().ends_with("... fail") && line.contains("run \""));
    let run = failed.and_then(|line| line.split('"').nth(1));
    Some(run.unwrap_or(&said).to_owned())
}
