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
  target = aws_s3_bucket.main
  values = {
    id  = "logs"
    arn = "arn:aws:s3:::logs"
  }
}

override_resource {
  target = aws_s3_bucket_versioning.main
}

override_resource {
  target = aws_s3_bucket_server_side_encryption_configuration.main
}

override_resource {
  target = aws_s3_bucket_ownership_controls.main
}

override_resource {
  target = aws_s3_bucket_public_access_block.main
}

override_resource {
  target = aws_s3_bucket_object_lock_configuration.main
}

override_resource {
  target = aws_s3_bucket_lifecycle_configuration.main
}

override_resource {
  target = aws_s3_bucket_policy.main
}

variables {
  bucket_name = "logs"
}

run "protects_the_log" {
  assert {
    condition = jsondecode(aws_s3_bucket_policy.main.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "DenyPlainHttp"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = ["arn:aws:s3:::logs/*", "arn:aws:s3:::logs"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          Sid       = "DenyUnconditionalLogEntries"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "arn:aws:s3:::logs/zoom/operationlogs/*"
          Condition = { Null = { "s3:if-none-match" = "true" } }
        },
        {
          Sid       = "DenyUnconditionalCheckpoint"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "arn:aws:s3:::logs/zoom/state/operationlogs.json"
          Condition = { Null = { "s3:if-match" = "true", "s3:if-none-match" = "true" } }
        },
        {
          Sid       = "DenyOtherEncryption"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "arn:aws:s3:::logs/*"
          Condition = { Null = { "s3:x-amz-server-side-encryption" = "false" } }
        },
        {
          Sid       = "DenyCustomerProvidedKeys"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "arn:aws:s3:::logs/*"
          Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
        },
      ]
    }
    error_message = "The bucket policy is not the one expected: ${aws_s3_bucket_policy.main.policy}"
  }

  assert {
    condition = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.main.rule : alltrue([
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256",
      rule.apply_server_side_encryption_by_default[0].kms_master_key_id == null,
      rule.bucket_key_enabled == null,
    ])])
    error_message = "Without a key of KMS the bucket is encrypted with S3's own."
  }

  assert {
    condition     = length(aws_s3_bucket_object_lock_configuration.main) == 0
    error_message = "Object Lock cannot be undone; it must be asked for."
  }

  assert {
    condition     = aws_s3_bucket_versioning.main.versioning_configuration[0].status == "Enabled"
    error_message = "The function relies on versions."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.main.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "ACLs must be off."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.main.block_public_acls,
      aws_s3_bucket_public_access_block.main.block_public_policy,
      aws_s3_bucket_public_access_block.main.ignore_public_acls,
      aws_s3_bucket_public_access_block.main.restrict_public_buckets,
    ])
    error_message = "All public access must be blocked."
  }

  assert {
    condition     = !aws_s3_bucket.main.force_destroy
    error_message = "By default the logs must survive `terraform destroy`."
  }
}

run "keeps_entries_longer_than_zoom_does" {
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.main[0].rule[*].id == tolist(["expire-operationlogs-entries", "expire-operationlogs-checkpoint-versions", "abort-incomplete-uploads"])
    error_message = "A rule was added or removed; check that it cannot delete an entry too early."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_lifecycle_configuration.main[0].rule[0].filter[0].prefix == "zoom/operationlogs/",
      aws_s3_bucket_lifecycle_configuration.main[0].rule[0].expiration[0].days == 400,
      aws_s3_bucket_lifecycle_configuration.main[0].rule[0].noncurrent_version_expiration[0].noncurrent_days == 200,
    ])
    error_message = "Log entries expire at the wrong time."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_lifecycle_configuration.main[0].rule[1].filter[0].prefix == "zoom/state/operationlogs.json",
      length(aws_s3_bucket_lifecycle_configuration.main[0].rule[1].expiration) == 0,
      aws_s3_bucket_lifecycle_configuration.main[0].rule[1].noncurrent_version_expiration[0].noncurrent_days == 30,
      aws_s3_bucket_lifecycle_configuration.main[0].rule[1].noncurrent_version_expiration[0].newer_noncurrent_versions == 100,
    ])
    error_message = "The checkpoint must not expire, and its versions must stay for a month."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.main[0].rule : length(rule.transition) == 0 && length(rule.noncurrent_version_transition) == 0])
    error_message = "Archived objects can be read neither by the feed nor by a replay."
  }
}

run "keeps_the_log_of_every_report" {
  variables {
    logs = {
      operationlogs = { s3_prefix = "zoom/operationlogs/", state_key = "zoom/state/operationlogs.json" }
      activities    = { s3_prefix = "zoom/activities/", state_key = "zoom/state/activities.json" }
    }
  }

  assert {
    condition = slice(jsondecode(aws_s3_bucket_policy.main.policy).Statement, 1, 3) == [
      {
        Sid       = "DenyUnconditionalLogEntries"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = ["arn:aws:s3:::logs/zoom/operationlogs/*", "arn:aws:s3:::logs/zoom/activities/*"]
        Condition = { Null = { "s3:if-none-match" = "true" } }
      },
      {
        Sid       = "DenyUnconditionalCheckpoint"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = ["arn:aws:s3:::logs/zoom/state/operationlogs.json", "arn:aws:s3:::logs/zoom/state/activities.json"]
        Condition = { Null = { "s3:if-match" = "true", "s3:if-none-match" = "true" } }
      },
    ]
    error_message = "The bucket policy does not protect every log: ${aws_s3_bucket_policy.main.policy}"
  }

  assert {
    condition     = length(jsondecode(aws_s3_bucket_policy.main.policy).Statement) == 5
    error_message = "A second log needs no more statements: ${aws_s3_bucket_policy.main.policy}"
  }

  assert {
    condition = jsonencode([
      for rule in aws_s3_bucket_lifecycle_configuration.main[0].rule :
      [rule.id, rule.filter[0].prefix, rule.expiration[*].days, rule.noncurrent_version_expiration[*].noncurrent_days] if rule.id != "abort-incomplete-uploads"
      ]) == jsonencode([
      ["expire-activities-entries", "zoom/activities/", [400], [200]],
      ["expire-operationlogs-entries", "zoom/operationlogs/", [400], [200]],
      ["expire-activities-checkpoint-versions", "zoom/state/activities.json", [], [30]],
      ["expire-operationlogs-checkpoint-versions", "zoom/state/operationlogs.json", [], [30]],
    ])
    error_message = "Every log has its two rules: ${jsonencode(aws_s3_bucket_lifecycle_configuration.main[0].rule)}"
  }
}

run "encrypts_with_the_given_key" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.main.rule : alltrue([
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms",
      rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn,
    ])])
    error_message = "The bucket is not encrypted with the key that was given."
  }

  assert {
    condition     = alltrue(aws_s3_bucket_server_side_encryption_configuration.main.rule[*].bucket_key_enabled)
    error_message = "Without a bucket key every object costs a request to KMS."
  }
}

run "takes_a_key_that_spans_regions" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"
  }
}

run "refuses_a_key_in_another_region" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  expect_failures = [aws_s3_bucket.main]
}

run "lets_objects_be_locked_and_locks_none_by_default" {
  variables {
    object_lock_enabled = true
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.main[0].object_lock_enabled == "Enabled"
    error_message = "Objects cannot be locked."
  }

  assert {
    condition     = length(aws_s3_bucket_object_lock_configuration.main[0].rule) == 0
    error_message = "A default retention would lock the checkpoint as well."
  }

  # The attribute is computed as well: what is left out of the configuration stays as S3 has it.
  assert {
    condition     = aws_s3_bucket.main.object_lock_enabled != true
    error_message = "Set on the bucket itself, Object Lock makes Terraform replace a bucket that is there."
  }
}

run "emulator_switch_drops_only_the_conditional_statements" {
  variables {
    enforce_conditional_writes = false
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.main.policy).Statement[*].Sid == ["DenyPlainHttp", "DenyOtherEncryption", "DenyCustomerProvidedKeys"]
    error_message = "Only the statements on conditional writes may go: ${aws_s3_bucket_policy.main.policy}"
  }
}

run "lifecycle_can_be_left_out" {
  command = plan

  variables {
    lifecycle_enabled = false
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.main) == 0
    error_message = "No lifecycle was asked for."
  }
}

run "a_bucket_that_is_thrown_away_goes_with_what_is_in_it" {
  command = plan

  variables {
    force_destroy = true
  }

  assert {
    condition     = aws_s3_bucket.main.force_destroy
    error_message = "The bucket would stay."
  }
}

run "refuses_what_would_break_the_promise" {
  command = plan

  variables {
    bucket_name               = "Logs.example"
    logs                      = { operationlogs = { s3_prefix = "zoom/operationlogs", state_key = "zoom/state.json" } }
    log_retention_days        = 199
    noncurrent_retention_days = 199
    kms_key_arn               = "arn:aws:kms:eu-west-1:123456789012:alias/logs"
  }

  expect_failures = [
    var.bucket_name,
    var.logs,
    var.log_retention_days,
    var.noncurrent_retention_days,
    var.kms_key_arn,
  ]
}

run "refuses_broken_numbers" {
  command = plan

  variables {
    log_retention_days        = 400.5
    noncurrent_retention_days = 200.5
  }

  expect_failures = [var.log_retention_days, var.noncurrent_retention_days]
}

# `logs` has several validations, and a run tells only that one of them failed; so each has its run.

run "refuses_a_bucket_for_nothing" {
  command = plan

  variables {
    logs = {}
  }

  expect_failures = [var.logs]
}

run "refuses_a_report_that_is_no_name" {
  command = plan

  variables {
    logs = { "operation logs" = { s3_prefix = "zoom/operationlogs/", state_key = "zoom/state.json" } }
  }

  expect_failures = [var.logs]
}

run "refuses_a_checkpoint_that_is_no_key" {
  command = plan

  variables {
    logs = { operationlogs = { s3_prefix = "zoom/operationlogs/", state_key = "/zoom/state.json" } }
  }

  expect_failures = [var.logs]
}

run "refuses_a_log_in_another" {
  command = plan

  variables {
    logs = {
      operationlogs = { s3_prefix = "zoom/", state_key = "state/operationlogs.json" }
      activities    = { s3_prefix = "zoom/activities/", state_key = "state/activities.json" }
    }
  }

  expect_failures = [var.logs]
}

run "refuses_two_logs_in_one_place" {
  command = plan

  variables {
    logs = {
      operationlogs = { s3_prefix = "zoom/", state_key = "state/operationlogs.json" }
      activities    = { s3_prefix = "zoom/", state_key = "state/activities.json" }
    }
  }

  expect_failures = [var.logs]
}

run "refuses_a_checkpoint_in_its_own_log" {
  command = plan

  variables {
    logs = { operationlogs = { s3_prefix = "zoom/operationlogs/", state_key = "zoom/operationlogs/state.json" } }
  }

  expect_failures = [var.logs]
}

run "refuses_a_checkpoint_in_another_log" {
  command = plan

  variables {
    logs = {
      operationlogs = { s3_prefix = "zoom/operationlogs/", state_key = "zoom/activities/state.json" }
      activities    = { s3_prefix = "zoom/activities/", state_key = "zoom/state/activities.json" }
    }
  }

  expect_failures = [var.logs]
}

run "refuses_one_checkpoint_for_two_logs" {
  command = plan

  variables {
    logs = {
      operationlogs = { s3_prefix = "zoom/operationlogs/", state_key = "zoom/state.json" }
      activities    = { s3_prefix = "zoom/activities/", state_key = "zoom/state.json" }
    }
  }

  expect_failures = [var.logs]
}

run "refuses_a_checkpoint_whose_rule_would_take_entries" {
  command = plan

  variables {
    logs = { operationlogs = { s3_prefix = "zoom/operationlogs/", state_key = "zoom" } }
  }

  expect_failures = [var.logs]
}
