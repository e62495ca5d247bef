# What the root adds to the pipeline: its accounts, their names, and what differs here. Nothing is asked of AWS.

mock_provider "aws" {
  override_during = plan
  source          = "../../modules/pipeline/tests/aws"
}

variables {
  region = "eu-west-1"
  # Any file will do: nothing is uploaded.
  package_path = "main.tf"
}

run "one_account_by_default" {
  command = plan

  assert {
    condition     = keys(output.pipelines) == ["main"] && output.pipelines["main"].reports["operationlogs"].function_name == "zoom_operationlogs_to_s3-dev"
    error_message = "Got ${jsonencode({ for account, pipeline in output.pipelines : account => keys(pipeline.reports) })}."
  }

}

run "several_accounts_share_nothing" {
  command = plan

  variables {
    alarm_emails             = ["soc@example.com"]
    architecture             = "arm64"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"

    zoom_accounts = {
      main = { settings = { start_date = "2026-06-01" }, reports = { operationlogs = {}, activities = {} } }
      emea = {
        bucket_name                 = "acme-zoom-emea"
        reader_access               = "web_identity"
        feed_subject_id             = "123456789012345678901"
        alarm_emails                = ["emea@example.com"]
        zoom_credentials_version    = 1
        function_log_retention_days = 30
      }
    }
    zoom_credentials = { emea = { account_id = "a", client_id = "c", client_secret = "s" } }
  }

  assert {
    condition = alltrue([
      for name in [
        "secret_name", "dashboard_name",
      ] : output.pipelines["emea"][name] == "${output.pipelines["main"][name]}-emea"
    ])
    error_message = "Each account must have names of its own: ${jsonencode(output.pipelines)}"
  }

  assert {
    condition = alltrue([
      for name in [
        "function_name", "log_group_name", "schedule_name",
      ] : output.pipelines["emea"].reports["operationlogs"][name] == "${output.pipelines["main"].reports["operationlogs"][name]}-emea"
    ])
    error_message = "Each account must have names of its own: ${jsonencode(output.pipelines)}"
  }

  assert {
    condition     = keys(output.pipelines["main"].reports) == ["activities", "operationlogs"] && keys(output.pipelines["emea"].reports) == ["operationlogs"]
    error_message = "Each account has the reports that it asks for: ${jsonencode(output.pipelines)}"
  }

  assert {
    condition     = length(setintersection(output.pipelines["main"].alarm_names, output.pipelines["emea"].alarm_names)) == 0
    error_message = "No alarm may belong to two accounts."
  }

  assert {
    condition     = output.pipelines["main"].reader_user_name == "secops-reader-dev" && output.pipelines["emea"].reader_user_name == null
    error_message = "What one account sets, another must not have."
  }
}

run "takes_at_least_one_account" {
  command = plan

  variables {
    zoom_accounts = {}
  }

  expect_failures = [var.zoom_accounts]
}

run "takes_a_region" {
  command = plan

  variables {
    region = "Frankfurt"
  }

  expect_failures = [var.region]
}
