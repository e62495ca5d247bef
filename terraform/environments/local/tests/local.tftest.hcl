# What the root adds to the pipeline: it reaches nothing but this machine. Nothing is asked of the emulator.

mock_provider "aws" {
  override_during = plan
  source          = "../../modules/pipeline/tests/aws"
}

variables {
  aws_endpoint = "https://127.0.0.1:4566"
  # Any file will do: nothing is uploaded.
  package_path = "main.tf"
  settings     = { zoom_oauth_url = "http://127.0.0.1:8080/oauth/token", zoom_api_url = "http://127.0.0.1:8080/v2" }
}

run "has_the_outputs_of_the_other_roots" {
  command = plan

  assert {
    condition     = keys(output.pipelines) == ["main"] && output.pipelines["main"].reports["operationlogs"].function_name == "zoom_operationlogs_to_s3-local"
    error_message = "Got ${jsonencode(output.pipelines)}."
  }
}

run "takes_what_the_pipeline_can_do_besides" {
  command = plan

  variables {
    ca_bundle                  = "ca.pem"
    architecture               = "arm64"
    schedule_expression        = "rate(1 minute)"
    schedule_enabled           = false
    function_aws_endpoint      = "http://127.0.0.1:4567"
    function_ssl_cert_file     = "/function/ca.pem"
    lifecycle_enabled          = true
    enforce_conditional_writes = true
    # On, the pipeline's check would fail this run: it warns, and a test cannot tell a warning that it expects from a
    # module below the root.
    allow_delete_after_transfer = false
    reader_access               = "web_identity"
    feed_subject_id             = "123456789012345678901"
    create_kms_key              = true
    object_lock                 = { mode = "GOVERNANCE", days = 1 }
    permissions_boundary_arn    = "arn:aws:iam::123456789012:policy/boundary"
    reports                     = { operationlogs = {}, activities = {} }
    alarm_emails                = ["soc@example.com"]
  }

  assert {
    condition     = output.pipelines["main"].reader_user_name == null && output.pipelines["main"].kms_key_arn != null && length(output.pipelines["main"].reports) == 2
    error_message = "Got ${jsonencode(output.pipelines)}."
  }
}

run "never_reaches_aws" {
  command = plan

  variables {
    aws_endpoint = "https://s3.us-east-1.amazonaws.com"
  }

  expect_failures = [var.aws_endpoint]
}
