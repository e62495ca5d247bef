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
  target = aws_iam_policy.read
  values = {
    arn = "arn:aws:iam::123456789012:policy/secops-reader-policy"
  }
}

override_resource {
  target = aws_iam_user_policy_attachment.read
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

  assert {
    condition     = aws_iam_user.main.name == "secops-reader" && aws_iam_policy.read.name == "secops-reader-policy"
    error_message = "Unexpected names."
  }

  assert {
    condition     = aws_iam_user_policy_attachment.read.user == aws_iam_user.main.name && aws_iam_user_policy_attachment.read.policy_arn == aws_iam_policy.read.arn
    error_message = "The policy must be attached to the user."
  }
}

run "deletes_only_when_asked" {
  variables {
    allow_delete_after_transfer = true
  }

  assert {
    condition = jsondecode(aws_iam_policy.read.policy).Statement[3] == {
      Sid      = "DeleteTransferredObjects"
      Effect   = "Allow"
      Action   = "s3:DeleteObject"
      Resource = "arn:aws:s3:::logs/zoom/operationlogs/*"
    }
    error_message = "The right to delete is not the one expected: ${aws_iam_policy.read.policy}"
  }
}

run "refuses_wrong_inputs" {
  command = plan

  variables {
    user_name   = "secops reader"
    policy_name = "policy/reader"
    bucket_arn  = "arn:aws:s3:::logs/zoom"
    s3_prefix   = "/zoom/"
  }

  expect_failures = [var.user_name, var.policy_name, var.bucket_arn, var.s3_prefix]
}
