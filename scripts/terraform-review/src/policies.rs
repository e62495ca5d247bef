//! The policies in the code: every statement has a name and says which call needs it.

use std::collections::BTreeSet;

use crate::folder::Folder;
use crate::problem::Problems;

/// Looks at a folder's policies.
pub(crate) fn look(folder: &Folder, problems: &mut Problems) {
    for document in &folder.documents {
        let mut sids = BTreeSet::new();
        for statement in &document.statements {
            let name = &document.name;
            match &statement.sid {
                None => problems.add(
                    &statement.place,
                    format_args!("a statement of policy \"{name}\" has no sid, or one that is not a plain text."),
                ),
                Some(sid) if !sids.insert(sid) => {
                    problems.add(&statement.place, format_args!("policy \"{name}\" has two statements \"{sid}\"."));
                }
                Some(_) => {}
            }
            if !statement.commented {
                problems.add(
                    &statement.place,
                    format_args!(
                        "a statement of policy \"{name}\" has no comment that says what needs it."
                    ),
                );
            }
        }
    }
    for place in &folder.handmade_policies {
        problems.add(
            place,
            "a policy in JSON by hand. Make it by data \"aws_iam_policy_document\", so that it is looked at here.",
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::code::File;

    fn problems(code: &str) -> Vec<String> {
        let file = File::parse(Path::new("iam.tf"), code.to_owned()).unwrap();
        let mut problems = Problems::default();
        look(&Folder::of(Path::new("."), &[file]), &mut problems);
        problems.found().to_vec()
    }

    #[test]
    fn a_statement_needs_a_sid_and_a_comment() {
        let code = r#"data "aws_iam_policy_document" "function" {
  statement {
    actions = ["s3:GetObject"]
  }

  # The checkpoint is read at the start of a run.
  statement {
    sid = "ReadCheckpoint"
  }

  dynamic "statement" {
    for_each = [true]
    content {
      # A replay reads the log.
      sid = "ReadLog${var.suffix}"
    }
  }
}
"#;
        assert_eq!(
            problems(code),
            [
                "iam.tf:2: a statement of policy \"function\" has no sid, or one that is not a plain text.",
                "iam.tf:2: a statement of policy \"function\" has no comment that says what needs it.",
                "iam.tf:11: a statement of policy \"function\" has no sid, or one that is not a plain text.",
            ]
        );
    }

    #[test]
    fn a_skip_is_no_comment_and_a_sid_is_used_once() {
        let code = r#"data "aws_iam_policy_document" "key" {
  # The account's policies decide.
  statement {
    sid = "Account"
  }
  statement {
    #parliament:skip=RESOURCE_MISMATCH:because
    sid = "Account"
  }
}
"#;
        assert_eq!(
            problems(code),
            [
                "iam.tf:6: policy \"key\" has two statements \"Account\".",
                "iam.tf:6: a statement of policy \"key\" has no comment that says what needs it.",
            ]
        );
    }

    #[test]
    fn json_by_hand_is_noticed() {
        let code = "resource \"aws_sqs_queue_policy\" \"main\" {\n  policy = jsonencode({})\n}\n";
        assert_eq!(problems(code).len(), 1);
        let queue = "resource \"aws_sqs_queue\" \"main\" {\n  redrive_policy = jsonencode({})\n}\n";
        assert_eq!(problems(queue).len(), 0);
    }
}
