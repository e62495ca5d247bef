//! The check finds what is wrong in small, made-up trees, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test: its panic is its report")]

use std::collections::BTreeSet;
use std::fs;

use structure::{StructureError, problems_of_crate};

/// What is found in a crate of these files, the first of which is its root.
fn found(files: &[(&str, &str)]) -> Result<Vec<String>, StructureError> {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let place = format!("{}/", tree.path().canonicalize().unwrap().display());
    let problems: BTreeSet<_> = problems_of_crate(&tree.path().join(files[0].0))?;
    Ok(problems
        .iter()
        .map(|problem| problem.replace(&place, ""))
        .collect())
}

#[track_caller]
fn assert_circle(files: &[(&str, &str)], lines: &[&str]) {
    let found = found(files).unwrap();
    assert_eq!(found.len(), 1, "{found:#?}");
    let (_, imports) = found[0].split_once(" files import each other:\n").unwrap();
    let imports: Vec<_> = imports.lines().map(str::trim).collect();
    assert_eq!(imports, lines);
}

#[track_caller]
fn assert_none(files: &[(&str, &str)]) {
    assert_eq!(found(files).unwrap(), [""; 0]);
}

#[test]
fn two_files_that_import_each_other() {
    assert_circle(
        &[
            ("lib.rs", "mod a;\nmod b;"),
            ("a.rs", "use crate::b::B;\npub struct A(B);"),
            ("b.rs", "pub struct B;\nfn f(_: super::a::A) {}"),
        ],
        &[
            "a.rs:1 needs crate::b::B of b.rs",
            "b.rs:2 needs super::a::A of a.rs",
        ],
    );
}

#[test]
fn three_files_around_a_corner_and_one_beside_them() {
    assert_circle(
        &[
            ("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;\nuse d::D;"),
            ("a.rs", "use crate::b::{self};\npub const A: u8 = b::B;"),
            (
                "b.rs",
                "pub const B: u8 = 0;\nfn f() { println!(\"{}\", crate::c::C); }",
            ),
            ("c.rs", "#[doc(hidden)]\npub use crate::a::A as C;"),
            (
                "d.rs",
                "pub use crate::a::*;\npub struct D([u8; A as usize]);",
            ),
        ],
        &[
            "a.rs:2 needs b::B of b.rs",
            "b.rs:2 needs crate::c::C of a.rs",
        ],
    );
}

#[test]
fn a_reexport_leads_to_the_file_that_defines_the_item() {
    let zoom = "mod page;\nmod client;\npub use client::Client;\npub use page::Page;";
    assert_circle(
        &[
            ("lib.rs", "mod zoom;"),
            ("zoom/mod.rs", zoom),
            (
                "zoom/page.rs",
                "use crate::zoom::Client;\npub struct Page(Client);",
            ),
            (
                "zoom/client.rs",
                "use super::Page;\npub struct Client(Page);",
            ),
        ],
        &[
            "zoom/client.rs:1 needs super::Page of zoom/page.rs",
            "zoom/page.rs:1 needs crate::zoom::Client of zoom/client.rs",
        ],
    );
    assert_none(&[
        ("lib.rs", "mod zoom;\npub use zoom::Client;"),
        ("zoom/mod.rs", zoom),
        ("zoom/page.rs", "pub struct Page;"),
        (
            "zoom/client.rs",
            "use super::Page;\npub struct Client(Page);",
        ),
    ]);
}

#[test]
fn a_parent_may_declare_a_child_that_needs_it_but_not_use_it() {
    let child = ("run/child.rs", "use super::Run;\npub fn go(_: &Run) {}");
    assert_none(&[
        ("lib.rs", "mod run;"),
        (
            "run/mod.rs",
            "mod child;\npub use child::go;\npub struct Run;",
        ),
        child,
    ]);
    assert_circle(
        &[
            ("lib.rs", "mod run;"),
            (
                "run/mod.rs",
                "mod child;\npub use child::go;\npub struct Run;\nfn f() {\n  go(&Run);\n}",
            ),
            child,
        ],
        &[
            "run/child.rs:1 needs super::Run of run/mod.rs",
            "run/mod.rs:5 needs go of run/child.rs",
        ],
    );
}

#[test]
fn a_method_in_another_file_than_its_type() {
    assert_circle(
        &[
            ("main.rs", "mod run;"),
            (
                "run.rs",
                "mod child;\nstruct Run;\nfn f() {\n  dbg!(Run.go());\n}",
            ),
            (
                "run/child.rs",
                "impl super::Run {\n  pub fn go(&self) {}\n}",
            ),
        ],
        &[
            "run/child.rs:1 needs super::Run of run.rs",
            "run.rs:4 needs .go() of run/child.rs",
        ],
    );
    // Two of one name: a call does not say which one it means.
    assert_none(&[
        ("main.rs", "mod run;"),
        ("run.rs", "mod child;\nstruct Run;\nfn f() { Run.go(); }"),
        (
            "run/child.rs",
            "impl super::Run {\n  pub fn go(&self) {}\n}\ntrait Other { fn go(&self); }",
        ),
    ]);
}

#[test]
fn tests_may_import_what_they_like() {
    assert_none(&[
        ("lib.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod double;"),
        (
            "a.rs",
            "pub struct A;\n#[cfg(test)]\nuse crate::b::B;\n#[cfg(test)]\nmod t { use crate::b::B; }",
        ),
        (
            "b.rs",
            "use crate::a::A;\npub struct B;\nimpl B { #[cfg(test)] fn f(_: crate::double::D) {} }",
        ),
        ("double.rs", "pub use crate::b::B as D;\npub fn d(_: D) {}"),
    ]);
}

#[test]
fn an_item_a_module_and_a_variable_can_have_one_name() {
    assert_none(&[
        (
            "lib.rs",
            "mod form;\nmod user;\npub fn form() {}\nfn f() { user::f(); }",
        ),
        ("form.rs", "pub struct Form;"),
        (
            "user.rs",
            "use crate::form;\npub fn f() { let form = form::Form; dbg!(form); drop(form); }",
        ),
    ]);
}

#[test]
fn an_item_that_a_macro_makes_is_where_the_macro_is_called() {
    assert_circle(
        &[
            ("lib.rs", "mod a;\n#[path = \"elsewhere/b.rs\"]\nmod b;"),
            ("a.rs", "make!(Kind);\nuse crate::b::B;"),
            (
                "elsewhere/b.rs",
                "pub struct B;\nfn f(_: crate::a::Kind) {}",
            ),
        ],
        &[
            "a.rs:2 needs crate::b::B of elsewhere/b.rs",
            "elsewhere/b.rs:2 needs crate::a::Kind of a.rs",
        ],
    );
}

#[test]
fn what_belongs_to_another_crate_is_no_import() {
    assert_none(&[
        (
            "lib.rs",
            "mod a;\nuse hex::hex;\nuse a::A;\npub use serde_json::Value;\nfn f() { hex(A); }",
        ),
        ("a.rs", "use super::Value;\npub struct A(Value, ::a::B);"),
    ]);
}

#[test]
fn a_name_that_says_nothing() {
    let found = found(&[
        (
            "lib.rs",
            "mod common;\n#[cfg(test)]\nmod helpers {}\nmod utility;",
        ),
        ("common/mod.rs", "mod a;"),
        ("common/a.rs", ""),
        ("utility.rs", ""),
    ]);
    let names: Vec<_> = found
        .unwrap()
        .iter()
        .map(|problem| problem.split(" does").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "common/a.rs: the name common",
            "common/mod.rs: the name common",
            "lib.rs: the name helpers"
        ]
    );
}

#[test]
fn a_tree_that_cannot_be_read_is_an_error() {
    let missing = found(&[("lib.rs", "mod a;")]).unwrap_err().to_string();
    assert!(
        missing.ends_with("lib.rs: there is no file for module a"),
        "{missing}"
    );
    let broken = found(&[("lib.rs", "\n)")]).unwrap_err().to_string();
    assert!(broken.contains("lib.rs:2: "), "{broken}");
}
