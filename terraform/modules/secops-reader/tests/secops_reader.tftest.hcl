# The provider is the real one, so that policy documents are rendered as they would be in AWS. Every resource is
# overridden, so that nothing is created and no request leaves this machine.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_resource {
  target = aws_iam_user.main
}

override_resource {
  target = aws_iam_role.main
  values = {
    arn = "arn:aws:iam::123456789012:role/secops-reader"
  }
}

override_resource {
  target = aws_iam_policy.read
  values = {
    arn = "arn:aws:iam::123456789012:policy/secops-reader-policy"
  }
}

override_resource {
  target = aws_iam_user_policy_attachment.read
}

override_resource {
  target = aws_iam_role_policy_attachment.read
}

variables {
  bucket_arn = "arn:aws:s3:::logs"
}

run "reads_and_nothing_else" {
  assert {
    condition = jsondecode(aws_iam_policy.read.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "ListDeliveredObjects"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringLike = { "s3:prefix" = "zoom/operationlogs/*" } }
        },
        {
          Sid      = "LocateBucket"
          Effect   = "Allow"
          Action   = "s3:GetBucketLocation"
          Resource = "arn:aws:s3:::logs"
        },
        {
          Sid      = "ReadDeliveredObjects"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "arn:aws:s3:::logs/zoom/operationlogs/*"
        },
      ]
    }
    error_message = "The reader's policy is not the one expected: ${aws_iam_policy.read.policy}"
  }
}

run "is_a_user_by_default" {
  assert {
    condition     = aws_iam_user.main[0].name == "secops-reader" && aws_iam_policy.read.name == "secops-reader-policy"
    error_message = "Unexpected names."
  }

  assert {
    condition     = aws_iam_user_policy_attachment.read[0].user == aws_iam_user.main[0].name && aws_iam_user_policy_attachment.read[0].policy_arn == aws_iam_policy.read.arn
    error_message = "The policy must be attached to the user."
  }

  assert {
    condition     = aws_iam_user.main[0].force_destroy
    error_message = "The user's keys are not Terraform's: without force_destroy the user cannot be destroyed."
  }

  assert {
    condition     = aws_iam_user.main[0].permissions_boundary == null
    error_message = "No boundary was given."
  }

  assert {
    condition     = length(aws_iam_role.main) == 0 && length(aws_iam_role_policy_attachment.read) == 0
    error_message = "There is a role as well as a user."
  }

  assert {
    condition     = output.user_name == "secops-reader" && output.role_arn == null && output.policy_arn == aws_iam_policy.read.arn
    error_message = "Unexpected outputs."
  }
}

run "is_a_role_that_the_feed_alone_assumes" {
  variables {
    access          = "web_identity"
    feed_subject_id = "112233445566778899001"
    role_name       = "secops-feed"
  }

  assert {
    condition = jsondecode(aws_iam_role.main[0].assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "FeedAssumesTheRole"
          Effect    = "Allow"
          Action    = "sts:AssumeRoleWithWebIdentity"
          Principal = { Federated = "accounts.google.com" }
          Condition = { StringEquals = { "accounts.google.com:sub" = "112233445566778899001" } }
        },
      ]
    }
    error_message = "The trust policy is not the one expected: ${aws_iam_role.main[0].assume_role_policy}"
  }

  assert {
    condition = jsondecode(aws_iam_policy.read.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "ListDeliveredObjects"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringLike = { "s3:prefix" = "zoom/operationlogs/*" } }
        },
        {
          Sid      = "LocateBucket"
          Effect   = "Allow"
          Action   = "s3:GetBucketLocation"
          Resource = "arn:aws:s3:::logs"
        },
        {
          Sid      = "ReadDeliveredObjects"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "arn:aws:s3:::logs/zoom/operationlogs/*"
        },
      ]
    }
    error_message = "The role may do something else than the user: ${aws_iam_policy.read.policy}"
  }

  assert {
    condition     = aws_iam_role.main[0].name == "secops-feed" && aws_iam_role_policy_attachment.read[0].role == "secops-feed" && aws_iam_role_policy_attachment.read[0].policy_arn == aws_iam_policy.read.arn
    error_message = "The policy must be attached to the role."
  }

  assert {
    condition     = length(aws_iam_user.main) == 0 && length(aws_iam_user_policy_attachment.read) == 0
    error_message = "There is a user as well as a role."
  }

  assert {
    condition     = output.user_name == null && output.role_arn == aws_iam_role.main[0].arn && output.policy_arn == aws_iam_policy.read.arn
    error_message = "Unexpected outputs."
  }
}

run "takes_other_names_and_other_prefixes" {
  variables {
    user_name   = "secops-reader-dev"
    policy_name = "secops-reader-policy-dev"
    s3_prefixes = ["zoom/operationlogs/", "other/logs/"]

    allow_delete_after_transfer = true
  }

  assert {
    condition     = output.user_name == "secops-reader-dev" && aws_iam_policy.read.name == "secops-reader-policy-dev"
    error_message = "Unexpected names."
  }

  assert {
    condition = jsondecode(aws_iam_policy.read.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "ListDeliveredObjects"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringLike = { "s3:prefix" = ["other/logs/*", "zoom/operationlogs/*"] } }
        },
        {
          Sid      = "LocateBucket"
          Effect   = "Allow"
          Action   = "s3:GetBucketLocation"
          Resource = "arn:aws:s3:::logs"
        },
        {
          Sid      = "ReadDeliveredObjects"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = ["arn:aws:s3:::logs/zoom/operationlogs/*", "arn:aws:s3:::logs/other/logs/*"]
        },
        {
          Sid      = "DeleteTransferredObjects"
          Effect   = "Allow"
          Action   = "s3:DeleteObject"
          Resource = ["arn:aws:s3:::logs/zoom/operationlogs/*", "arn:aws:s3:::logs/other/logs/*"]
        },
      ]
    }
    error_message = "Exactly the prefixes are listed, read and deleted from: ${aws_iam_policy.read.policy}"
  }
}

run "deletes_only_when_asked" {
  variables {
    allow_delete_after_transfer = true
  }

  assert {
    condition = jsondecode(aws_iam_policy.read.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "ListDeliveredObjects"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringLike = { "s3:prefix" = "zoom/operationlogs/*" } }
        },
        {
          Sid      = "LocateBucket"
          Effect   = "Allow"
          Action   = "s3:GetBucketLocation"
          Resource = "arn:aws:s3:::logs"
        },
        {
          Sid      = "ReadDeliveredObjects"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "arn:aws:s3:::logs/zoom/operationlogs/*"
        },
        {
          Sid      = "DeleteTransferredObjects"
          Effect   = "Allow"
          Action   = "s3:DeleteObject"
          Resource = "arn:aws:s3:::logs/zoom/operationlogs/*"
        },
      ]
    }
    error_message = "The right to delete is not the one expected: ${aws_iam_policy.read.policy}"
  }
}

run "decrypts_with_the_buckets_key" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/0f1e2d3c-0000-4000-8000-000000000000"
  }

  assert {
    condition = jsondecode(aws_iam_policy.read.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "ListDeliveredObjects"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringLike = { "s3:prefix" = "zoom/operationlogs/*" } }
        },
        {
          Sid      = "LocateBucket"
          Effect   = "Allow"
          Action   = "s3:GetBucketLocation"
          Resource = "arn:aws:s3:::logs"
        },
        {
          Sid      = "ReadDeliveredObjects"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "arn:aws:s3:::logs/zoom/operationlogs/*"
        },
        {
          Sid      = "DecryptDeliveredObjects"
          Effect   = "Allow"
          Action   = "kms:Decrypt"
          Resource = "arn:aws:kms:eu-central-1:123456789012:key/0f1e2d3c-0000-4000-8000-000000000000"
          Condition = {
            StringEquals = {
              "kms:EncryptionContext:aws:s3:arn" = "arn:aws:s3:::logs"
              "kms:ViaService"                   = "s3.eu-central-1.amazonaws.com"
            }
          }
        },
      ]
    }
    error_message = "The right to decrypt is not the one expected: ${aws_iam_policy.read.policy}"
  }
}

run "bounds_the_user" {
  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = aws_iam_user.main[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The user is not bounded."
  }
}

run "bounds_the_role" {
  variables {
    access                   = "web_identity"
    feed_subject_id          = "112233445566778899001"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = aws_iam_role.main[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The role is not bounded."
  }
}

run "refuses_wrong_inputs" {
  command = plan

  variables {
    user_name                = "secops reader"
    role_name                = "secops/reader"
    policy_name              = "policy/reader"
    bucket_arn               = "arn:aws:s3:::logs/zoom"
    s3_prefixes              = ["zoom/operationlogs/", "/zoom/"]
    access                   = "password"
    kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:alias/logs"
    permissions_boundary_arn = "boundary"
  }

  expect_failures = [
    var.user_name,
    var.role_name,
    var.policy_name,
    var.bucket_arn,
    var.s3_prefixes,
    var.access,
    var.kms_key_arn,
    var.permissions_boundary_arn,
  ]
}

run "refuses_a_role_for_any_google_account" {
  command = plan

  variables {
    access = "web_identity"
  }

  expect_failures = [var.feed_subject_id]
}

run "refuses_a_subject_beside_an_access_key" {
  command = plan

  variables {
    feed_subject_id = "112233445566778899001"
  }

  expect_failures = [var.feed_subject_id]
}

run "refuses_a_subject_that_is_no_number" {
  command = plan

  variables {
    access          = "web_identity"
    feed_subject_id = "feed@example.iam.gserviceaccount.com"
  }

  expect_failures = [var.feed_subject_id]
}

run "refuses_to_read_nothing" {
  command = plan

  variables {
    s3_prefixes = []
  }

  expect_failures = [var.s3_prefixes]
}
