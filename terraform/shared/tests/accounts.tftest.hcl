# What an environment adds to the pipeline: its accounts and their names. Nothing is asked of AWS. All of it is planned only:
# after an apply the test would destroy what it has applied, and a guard may forbid that.

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
    condition     = { for account, pipeline in output.pipelines : account => keys(pipeline.reports) } == { main = ["operationlogs"] }
    error_message = "Got ${jsonencode({ for account, pipeline in output.pipelines : account => keys(pipeline.reports) })}."
  }
}

# So that a copy of the folder is an environment of its own. Production has the plain names.
run "names_end_in_the_name_of_the_folder" {
  command = plan

  assert {
    condition     = output.pipelines["main"].secret_name == trimsuffix("zoom-operationlogs-credentials-${basename(abspath(path.root))}", "-prod")
    error_message = "Got ${output.pipelines["main"].secret_name} in ${abspath(path.root)}."
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
    condition     = startswith(output.pipelines["main"].reader_user_name, "secops-reader") && output.pipelines["emea"].reader_user_name == null
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
