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
  target = aws_lambda_function.main
  values = {
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:zoom_operationlogs_to_s3"
  }
}

override_resource {
  target = aws_lambda_function_event_invoke_config.main
}

override_resource {
  target = aws_cloudwatch_log_group.function
  values = {
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/zoom_operationlogs_to_s3"
  }
}

override_resource {
  target = aws_sqs_queue.failures
  values = {
    arn = "arn:aws:sqs:eu-west-1:123456789012:zoom-operationlogs-failures"
  }
}

override_resource {
  target = aws_iam_role.function
  values = {
    arn = "arn:aws:iam::123456789012:role/WriteZoomOperationLogsToS3Role"
  }
}

override_resource {
  target = aws_iam_role_policy.function
}

variables {
  # Any file will do: nothing is uploaded.
  package_path    = "main.tf"
  bucket          = "logs"
  bucket_arn      = "arn:aws:s3:::logs"
  zoom_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:zoom-AbCdEf"
}

run "may_do_what_it_needs_and_no_more" {
  assert {
    condition = jsondecode(aws_iam_role_policy.function.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "WriteEntriesAndCheckpoint"
          Effect   = "Allow"
          Action   = "s3:PutObject"
          Resource = ["arn:aws:s3:::logs/zoom/state/operationlogs.json", "arn:aws:s3:::logs/zoom/operationlogs/*"]
        },
        {
          Sid      = "ReadEntriesAndCheckpoint"
          Effect   = "Allow"
          Action   = ["s3:GetObjectVersion", "s3:GetObject"]
          Resource = ["arn:aws:s3:::logs/zoom/state/operationlogs.json", "arn:aws:s3:::logs/zoom/operationlogs/*"]
        },
        {
          Sid       = "ListEntriesAndCheckpoint"
          Effect    = "Allow"
          Action    = ["s3:ListBucketVersions", "s3:ListBucket"]
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringLike = { "s3:prefix" = ["zoom/operationlogs/*", "zoom/state/operationlogs.json"] } }
        },
        {
          Sid      = "ReadZoomCredentials"
          Effect   = "Allow"
          Action   = "secretsmanager:GetSecretValue"
          Resource = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:zoom-AbCdEf"
        },
        {
          Sid      = "WriteOwnLogs"
          Effect   = "Allow"
          Action   = ["logs:PutLogEvents", "logs:CreateLogStream"]
          Resource = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/zoom_operationlogs_to_s3:*"
        },
        {
          Sid      = "ReportFailedInvocations"
          Effect   = "Allow"
          Action   = "sqs:SendMessage"
          Resource = "arn:aws:sqs:eu-west-1:123456789012:zoom-operationlogs-failures"
        },
      ]
    }
    error_message = "The role's policy is not the one expected: ${aws_iam_role_policy.function.policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role.function.assume_role_policy).Statement == [{
      Sid       = "LambdaRunsTheFunction"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
    error_message = "Only Lambda may assume the role: ${aws_iam_role.function.assume_role_policy}"
  }

  assert {
    condition     = one(aws_lambda_function_event_invoke_config.main.destination_config[0].on_failure).destination == aws_sqs_queue.failures.arn
    error_message = "Failed invocations must go to the failure queue."
  }

  assert {
    condition     = aws_sqs_queue.failures.sqs_managed_sse_enabled && aws_sqs_queue.failures.message_retention_seconds == 1209600
    error_message = "The failure queue must be encrypted and keep its messages for 14 days."
  }

  assert {
    condition     = aws_lambda_function.main.runtime == "provided.al2023" && aws_lambda_function.main.logging_config[0].log_format == "JSON"
    error_message = "The function is a compiled one that logs JSON."
  }
}

run "leaves_defaults_to_the_function" {
  command = plan

  assert {
    condition = aws_lambda_function.main.environment[0].variables == tomap({
      S3_BUCKET      = "logs"
      S3_PREFIX      = "zoom/operationlogs/"
      STATE_KEY      = "zoom/state/operationlogs.json"
      ZOOM_SECRET_ID = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:zoom-AbCdEf"
    })
    error_message = "Unexpected environment: ${jsonencode(aws_lambda_function.main.environment[0].variables)}"
  }
}

run "passes_every_setting_on" {
  command = plan

  variables {
    settings = {
      zoom_oauth_url               = "http://127.0.0.1:8080/oauth/token"
      zoom_api_url                 = "https://api.zoomgov.com/v2"
      page_size                    = 1
      request_timeout_seconds      = 20
      start_date                   = "2026-06-01"
      late_arrival_hours           = 0
      full_sweep_minutes           = 0
      max_records_per_object       = 1000000
      zoom_max_requests_per_second = 40
      zoom_daily_request_budget    = 60000
    }
    extra_environment = {
      AWS_ENDPOINT_URL = "https://127.0.0.1:4566"
    }
  }

  assert {
    condition = aws_lambda_function.main.environment[0].variables == tomap({
      S3_BUCKET                    = "logs"
      S3_PREFIX                    = "zoom/operationlogs/"
      STATE_KEY                    = "zoom/state/operationlogs.json"
      ZOOM_SECRET_ID               = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:zoom-AbCdEf"
      ZOOM_OAUTH_URL               = "http://127.0.0.1:8080/oauth/token"
      ZOOM_API_URL                 = "https://api.zoomgov.com/v2"
      PAGE_SIZE                    = "1"
      TIMEOUT                      = "20"
      START_DATE                   = "2026-06-01"
      LATE_ARRIVAL_HOURS           = "0"
      FULL_SWEEP_MINUTES           = "0"
      MAX_RECORDS_PER_OBJECT       = "1000000"
      ZOOM_MAX_REQUESTS_PER_SECOND = "40"
      ZOOM_DAILY_REQUEST_BUDGET    = "60000"
      AWS_ENDPOINT_URL             = "https://127.0.0.1:4566"
    })
    error_message = "Unexpected environment: ${jsonencode(aws_lambda_function.main.environment[0].variables)}"
  }
}

run "refuses_wrong_inputs" {
  command = plan

  variables {
    function_name               = "zoom operationlogs"
    role_name                   = "role/with/path"
    failure_queue_name          = "failures.fifo"
    package_path                = "missing.zip"
    architecture                = "amd64"
    memory_mb                   = 64
    timeout_seconds             = 901
    reserved_concurrency        = 0
    retry_attempts              = 3
    event_max_age_seconds       = 59
    function_log_retention_days = 100
    bucket_arn                  = "logs"
    s3_prefix                   = "zoom/*/"
    state_key                   = "zoom/state/"
    zoom_secret_arn             = "zoom"
  }

  expect_failures = [
    var.function_name,
    var.role_name,
    var.failure_queue_name,
    var.package_path,
    var.architecture,
    var.memory_mb,
    var.timeout_seconds,
    var.reserved_concurrency,
    var.retry_attempts,
    var.event_max_age_seconds,
    var.function_log_retention_days,
    var.bucket_arn,
    var.s3_prefix,
    var.state_key,
    var.zoom_secret_arn,
  ]
}

run "refuses_to_set_a_variable_twice" {
  command = plan

  variables {
    extra_environment = { S3_BUCKET = "another" }
  }

  expect_failures = [var.extra_environment]
}

# `settings` has one validation for each attribute, and a run tells only that one of them failed; so each has its run.

run "refuses_plain_http_to_zoom" {
  command = plan

  variables {
    settings = { zoom_api_url = "http://api.zoom.us/v2" }
  }

  expect_failures = [var.settings]
}

run "refuses_a_loopback_look_alike" {
  command = plan

  variables {
    settings = { zoom_oauth_url = "http://127.0.0.1.example.com/oauth/token" }
  }

  expect_failures = [var.settings]
}

run "refuses_a_page_over_300" {
  command = plan

  variables {
    settings = { page_size = 301 }
  }

  expect_failures = [var.settings]
}

run "refuses_a_request_longer_than_the_run" {
  command = plan

  variables {
    settings = { request_timeout_seconds = 300 }
  }

  expect_failures = [var.settings]
}

run "refuses_a_day_that_is_none" {
  command = plan

  variables {
    settings = { start_date = "2026-02-30" }
  }

  expect_failures = [var.settings]
}

run "refuses_to_wait_longer_than_zoom_remembers" {
  command = plan

  variables {
    settings = { late_arrival_hours = 4321 }
  }

  expect_failures = [var.settings]
}

run "refuses_a_negative_sweep_interval" {
  command = plan

  variables {
    settings = { full_sweep_minutes = -1 }
  }

  expect_failures = [var.settings]
}

run "refuses_objects_without_records" {
  command = plan

  variables {
    settings = { max_records_per_object = 0 }
  }

  expect_failures = [var.settings]
}

run "refuses_half_a_request_per_second" {
  command = plan

  variables {
    settings = { zoom_max_requests_per_second = 0.5 }
  }

  expect_failures = [var.settings]
}

run "refuses_an_empty_budget" {
  command = plan

  variables {
    settings = { zoom_daily_request_budget = 0 }
  }

  expect_failures = [var.settings]
}
