# Names and wiring; the modules' own tests look into the policies. Resources and data sources are mocked, so that no
# request leaves this machine.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
    }
  }

  mock_data "aws_region" {
    defaults = {
      name = "eu-west-1"
    }
  }

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{}"
    }
  }

  mock_resource "aws_s3_bucket" {
    defaults = {
      arn = "arn:aws:s3:::logs"
    }
  }

  mock_resource "aws_secretsmanager_secret" {
    defaults = {
      arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:zoom-AbCdEf"
    }
  }

  mock_resource "aws_lambda_function" {
    defaults = {
      arn = "arn:aws:lambda:eu-west-1:123456789012:function:zoom_operationlogs_to_s3"
    }
  }

  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-west-1:123456789012:zoom-operationlogs-failures"
    }
  }

  mock_resource "aws_sns_topic" {
    defaults = {
      arn = "arn:aws:sns:eu-west-1:123456789012:zoom-operationlogs-alarms"
    }
  }

  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::123456789012:role/role"
    }
  }

  mock_resource "aws_iam_policy" {
    defaults = {
      arn = "arn:aws:iam::123456789012:policy/policy"
    }
  }
}

variables {
  environment = "prod"
  # Any file will do: nothing is uploaded.
  package_path = "main.tf"
}

run "production_has_the_names_of_the_guide" {
  assert {
    condition = [
      local.bucket_name,
      output.secret_name,
      output.function_name,
      output.log_group_name,
      output.schedule_name,
      output.reader_user_name,
      ] == [
      "zoom-operation-logs-123456789012-eu-west-1",
      "zoom-operationlogs-credentials",
      "zoom_operationlogs_to_s3",
      "/aws/lambda/zoom_operationlogs_to_s3",
      "zoom-operationlogs-schedule-15min",
      "secops-reader",
    ]
    error_message = "Production must have the guide's names, without a suffix."
  }

  assert {
    condition = output.feed == {
      s3_uri                 = "s3://${output.bucket}/zoom/operationlogs/"
      source_deletion_option = "NEVER"
      maximum_file_age_days  = 180
    }
    error_message = "The feed must read exactly the prefix and delete nothing: ${jsonencode(output.feed)}"
  }
}

run "other_environments_add_their_name" {
  variables {
    environment = "dev"
  }

  assert {
    condition = [
      local.bucket_name,
      output.secret_name,
      output.function_name,
      output.log_group_name,
      output.schedule_name,
      output.reader_user_name,
      ] == [
      "zoom-operation-logs-123456789012-eu-west-1-dev",
      "zoom-operationlogs-credentials-dev",
      "zoom_operationlogs_to_s3-dev",
      "/aws/lambda/zoom_operationlogs_to_s3-dev",
      "zoom-operationlogs-schedule-15min-dev",
      "secops-reader-dev",
    ]
    error_message = "Every name must end in the environment's."
  }

  assert {
    condition     = alltrue([for name in output.alarm_names : startswith(name, "zoom-operationlogs-dev-")])
    error_message = "Two environments would share alarms: ${jsonencode(output.alarm_names)}"
  }
}

run "takes_a_bucket_name_and_a_deleting_feed" {
  variables {
    bucket_name                 = "acme-zoom-logs"
    s3_prefix                   = "audit/zoom/"
    state_key                   = "audit/zoom-state.json"
    allow_delete_after_transfer = true
  }

  assert {
    condition     = local.bucket_name == "acme-zoom-logs" && output.s3_prefix == "audit/zoom/" && output.state_key == "audit/zoom-state.json"
    error_message = "The given names must be used."
  }

  assert {
    condition     = output.feed.source_deletion_option == "ON_SUCCESS"
    error_message = "A reader that may delete belongs to a feed that does."
  }
}

run "refuses_a_checkpoint_below_the_feed" {
  command = plan

  variables {
    state_key = "zoom/operationlogs/state.json"
  }

  expect_failures = [var.state_key]
}

run "refuses_a_prefix_without_slash_and_a_long_environment" {
  command = plan

  variables {
    environment = "Production-EU"
    s3_prefix   = "zoom/operationlogs"
  }

  expect_failures = [var.environment, var.s3_prefix]
}
