# Names, and what the other roots get to know. All of it is planned only: after an apply the test would destroy what it has
# applied, and the guard forbids that.

mock_provider "aws" {
  override_during = plan
  source          = "../modules/pipeline/tests/aws"
}

variables {
  region = "eu-west-1"
}

run "names_the_bucket_after_the_account_and_the_region" {
  command = plan

  assert {
    condition     = output.bucket == "zoom-operation-logs-state-123456789012-eu-west-1" && output.region == "eu-west-1"
    error_message = "Got ${output.bucket} in ${output.region}."
  }

  assert {
    condition     = output.backend_configuration == "bucket = \"${output.bucket}\"\nregion = \"eu-west-1\"\n"
    error_message = "Got ${output.backend_configuration}"
  }
}

run "takes_a_name_and_a_history" {
  command = plan

  variables {
    bucket_name        = "acme-terraform"
    state_history_days = 30
  }

  assert {
    condition     = output.bucket == "acme-terraform"
    error_message = "The given name must be used."
  }
}

run "refuses_what_is_no_region" {
  command = plan

  variables {
    region = "Frankfurt"
  }

  expect_failures = [var.region]
}
