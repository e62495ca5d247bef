# What this environment has besides. Nothing is asked of AWS, and all of it is planned only, as in accounts.tftest.hcl.

mock_provider "aws" {
  override_during = plan
  source          = "../../modules/pipeline/tests/aws"
}

variables {
  region = "eu-west-1"
  # Any file will do: nothing is uploaded.
  package_path = "main.tf"

  zoom_accounts = { main = {}, emea = {} }
}

run "each_bucket_is_guarded" {
  command = plan

  assert {
    condition     = { for account, guard in terraform_data.bucket_guard : account => guard.triggers_replace } == { for account, pipeline in output.pipelines : account => pipeline.bucket_arn }
    error_message = "Every account's bucket must be guarded: ${jsonencode(keys(terraform_data.bucket_guard))}"
  }
}
