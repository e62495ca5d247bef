//! What Terraform offers to collect is what the function can collect: each has a table of the reports.

use std::{collections::BTreeSet, fs};

use hcl_edit::structure::Body;
use local_stack::project;
use zoomlogs_core::report;

#[test]
fn terraform_and_the_function_know_the_same_reports() {
    let file = project::root().join("terraform/modules/pipeline/reports.tf");
    let body: Body = fs::read_to_string(file).unwrap().parse().unwrap();
    let locals = body.get_blocks("locals").next().unwrap();
    let table = locals.body.get_attribute("known_reports").unwrap();
    let offered: BTreeSet<_> = table
        .value
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, _)| name.as_ident().unwrap().as_str())
        .collect();
    assert_eq!(offered, report::ALL.map(|report| report.name).into());
}
