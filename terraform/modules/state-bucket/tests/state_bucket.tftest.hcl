# The provider is the real one, so that the policy is rendered as it would be in AWS. Every resource is overridden, so that
# nothing is created and no request leaves this machine.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_resource {
  target = aws_s3_bucket.main
  values = {
    id  = "states"
    arn = "arn:aws:s3:::states"
  }
}

override_resource {
  target = aws_s3_bucket_versioning.main
}

override_resource {
  target = aws_s3_bucket_server_side_encryption_configuration.main
}

override_resource {
  target = aws_s3_bucket_public_access_block.main
}

override_resource {
  target = aws_s3_bucket_ownership_controls.main
}

override_resource {
  target = aws_s3_bucket_lifecycle_configuration.main
}

override_resource {
  target = aws_s3_bucket_policy.main
}

variables {
  bucket_name = "states"
}

run "makes_a_bucket_that_keeps_what_it_is_given" {
  assert {
    condition     = output.bucket == "states" && output.bucket_arn == "arn:aws:s3:::states"
    error_message = "Got ${output.bucket_arn}."
  }

  assert {
    condition     = aws_s3_bucket_versioning.main.versioning_configuration[0].status == "Enabled"
    error_message = "Every state that was must be there to go back to."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.main.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "The states must be encrypted."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.main.block_public_acls,
      aws_s3_bucket_public_access_block.main.block_public_policy,
      aws_s3_bucket_public_access_block.main.ignore_public_acls,
      aws_s3_bucket_public_access_block.main.restrict_public_buckets,
      aws_s3_bucket_ownership_controls.main.rule[0].object_ownership == "BucketOwnerEnforced",
    ])
    error_message = "Nothing of it may be public."
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.main.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "DenyPlainHttp"
          Effect    = "Deny"
          Action    = "s3:*"
          Principal = "*"
          Resource  = ["arn:aws:s3:::states/*", "arn:aws:s3:::states"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ]
    }
    error_message = "Got ${aws_s3_bucket_policy.main.policy}"
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.main.rule[0].noncurrent_version_expiration[0].noncurrent_days == 365
    error_message = "A superseded state must be there for a year."
  }
}

run "takes_a_history" {
  variables {
    state_history_days = 30
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.main.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30
    error_message = "The given history must be used."
  }
}

run "refuses_what_is_no_name_and_no_history" {
  command = plan

  variables {
    bucket_name        = "Acme.Terraform"
    state_history_days = 7
  }

  expect_failures = [var.bucket_name, var.state_history_days]
}
