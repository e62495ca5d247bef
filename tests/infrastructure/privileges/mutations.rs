//! How a policy can be wrong: each statement removed, and each part of it widened, narrowed or dropped, or extended to what
//! another report has.

use serde_json::{Value, json};

use super::{
    deployed::{sid, statements},
    principals::COLLECTS,
};

/// A policy with one thing wrong with it.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The statement that is not what it was.
    pub sid: String,
    /// What was done to it.
    pub change: String,
    /// The policy that this makes.
    pub document: Value,
}

/// Everything that can be wrong with a policy by one change to one statement.
pub fn of(document: &Value) -> Vec<Mutation> {
    let statements = statements(document);
    let mut mutations = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        for (change, mutated) in of_statement(statement) {
            let mut statements: Vec<Value> = statements
                .iter()
                .map(|&statement| statement.clone())
                .collect();
            match mutated {
                Some(mutated) => statements[index] = mutated,
                // A policy without any statement is none; this one says nothing.
                None if statements.len() == 1 => statements[index] = without_effect(statement),
                None => drop(statements.remove(index)),
            }
            let mut document = document.clone();
            document["Statement"] = statements.into();
            mutations.push(Mutation {
                sid: sid(statement).to_owned(),
                change,
                document,
            });
        }
    }
    mutations
}

/// The changes of one statement, and what each makes of it; nothing when it is gone.
fn of_statement(statement: &Value) -> Vec<(String, Option<Value>)> {
    let mut changes = vec![("removed".to_owned(), None)];
    let mut change = |what: String, mutated: Value| {
        if mutated != *statement {
            changes.push((what, Some(mutated)));
        }
    };
    let with = |part: &str, value: Value| {
        let mut mutated = statement.clone();
        mutated[part] = value;
        mutated
    };

    let actions = list(&statement["Action"]);
    let service = actions[0].split(':').next().unwrap_or_default();
    change(
        format!("Action: {service}:*"),
        with("Action", json!(format!("{service}:*"))),
    );
    if actions == ["s3:*"] {
        change(
            "Action: s3:GetObject alone".to_owned(),
            with("Action", json!("s3:GetObject")),
        );
        change(
            "Action: s3:PutObject alone".to_owned(),
            with("Action", json!("s3:PutObject")),
        );
    }
    for (action, rest) in without_each(&actions) {
        change(
            format!("Action: without {action}"),
            with("Action", json!(rest)),
        );
    }

    let resources = list(&statement["Resource"]);
    if !resources.is_empty() {
        // A bucket's policy speaks of that bucket alone, so that everything in it is all there is.
        match bucket(&resources[0]).filter(|_| statement.get("Principal").is_some()) {
            Some(bucket) if resources.contains(&format!("{bucket}/*")) => {}
            Some(bucket) => change(
                "Resource: the whole bucket".to_owned(),
                with("Resource", json!(format!("{bucket}/*"))),
            ),
            None => change("Resource: *".to_owned(), with("Resource", json!("*"))),
        }
        for (other, both) in with_the_other_reports(&resources) {
            change(
                format!("Resource: {other} as well"),
                with("Resource", json!(both)),
            );
        }
        for (resource, rest) in without_each(&resources) {
            change(
                format!("Resource: without {resource}"),
                with("Resource", json!(rest)),
            );
            // What lies beside a bucket its own policy cannot speak of.
            let beside = statement.get("Principal").is_none() || !is_bucket(&resource);
            if !resource.ends_with('*') && beside {
                let mut longer = rest.clone();
                longer.push(format!("{resource}*"));
                change(
                    format!("Resource: {resource}*"),
                    with("Resource", json!(longer)),
                );
            }
        }
    }

    if let Some(principal) = statement.get("Principal") {
        let everybody = principal == "*" || principal == &json!({"AWS": "*"});
        if everybody {
            let somebody = json!({"AWS": "arn:aws:iam::000000000000:user/somebody"});
            change(
                "Principal: one user alone".to_owned(),
                with("Principal", somebody),
            );
        } else {
            change("Principal: *".to_owned(), with("Principal", json!("*")));
        }
    }

    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            let mut dropped = statement.clone();
            let left = dropped["Condition"][operator].as_object_mut().unwrap();
            left.remove(key);
            if left.is_empty() {
                dropped["Condition"]
                    .as_object_mut()
                    .unwrap()
                    .remove(operator);
            }
            change(format!("Condition: without {key}"), dropped);
            for (other, both) in with_the_other_reports(&list(values)) {
                let mut more = statement.clone();
                more["Condition"][operator][key] = json!(both);
                change(format!("Condition: {key} {other} as well"), more);
            }
            for (value, rest) in without_each(&list(values)) {
                let mut less = statement.clone();
                less["Condition"][operator][key] = json!(rest);
                change(format!("Condition: {key} without {value}"), less);
            }
        }
    }
    changes
}

/// A statement of the same kind that neither allows nor denies anything that there is.
fn without_effect(statement: &Value) -> Value {
    let mut nothing = json!({"Sid": "Nothing", "Effect": "Deny", "Action": "sts:NoSuchAction"});
    for part in ["Principal", "Resource"] {
        if let Some(value) = statement.get(part) {
            nothing[part] = value.clone();
        }
    }
    nothing
}

/// For each item that one report has, what another one has in its place, with the list of both; nothing for what is there
/// already, or what all share.
fn with_the_other_reports(items: &[String]) -> Vec<(String, Vec<String>)> {
    let [one, other] = COLLECTS.map(|collects| collects.report);
    let others = items
        .iter()
        .filter(|item| !item.contains(":secretsmanager:"))
        .flat_map(|item| [item.replace(one, other), item.replace(other, one)])
        .filter(|item| !items.contains(item));
    others
        .map(|item| (item.clone(), [items, &[item]].concat()))
        .collect()
}

/// Each item of a list with the list that is left without it; nothing for a list of one.
fn without_each(items: &[String]) -> Vec<(String, Vec<String>)> {
    if items.len() < 2 {
        return Vec::new();
    }
    items
        .iter()
        .map(|item| {
            let rest = items
                .iter()
                .filter(|other| *other != item)
                .cloned()
                .collect();
            (item.clone(), rest)
        })
        .collect()
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .map(|item| item.as_str().unwrap().to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

/// The ARN of the bucket that an ARN of S3 is about.
fn bucket(resource: &str) -> Option<String> {
    let name = resource.strip_prefix("arn:aws:s3:::")?;
    Some(format!("arn:aws:s3:::{}", name.split('/').next()?))
}

fn is_bucket(resource: &str) -> bool {
    bucket(resource).is_some_and(|bucket| bucket == resource)
}
