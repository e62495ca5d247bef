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
          Sid      = "ReadCheckpoint"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "arn:aws:s3:::logs/zoom/state/operationlogs.json"
        },
        {
          Sid      = "ReadVersions"
          Effect   = "Allow"
          Action   = "s3:GetObjectVersion"
          Resource = ["arn:aws:s3:::logs/zoom/state/operationlogs.json", "arn:aws:s3:::logs/zoom/operationlogs/*"]
        },
        {
          Sid       = "ListVersions"
          Effect    = "Allow"
          Action    = "s3:ListBucketVersions"
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringLike = { "s3:prefix" = ["zoom/operationlogs/*", "zoom/state/operationlogs.json"] } }
        },
        {
          Sid       = "SeeWhetherThereIsACheckpoint"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:aws:s3:::logs"
          Condition = { StringEquals = { "s3:prefix" = "zoom/state/operationlogs.json" } }
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

run "a_bucket_with_a_key_of_its_own_and_a_lock" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/bucket"
    object_lock = { mode = "GOVERNANCE", days = 365 }
  }

  assert {
    condition = slice(jsondecode(aws_iam_role_policy.function.policy).Statement, 5, 8) == [
      {
        Sid      = "LockEntries"
        Effect   = "Allow"
        Action   = "s3:PutObjectRetention"
        Resource = "arn:aws:s3:::logs/zoom/operationlogs/*"
      },
      {
        Sid      = "EncryptEntriesAndCheckpoint"
        Effect   = "Allow"
        Action   = "kms:GenerateDataKey"
        Resource = "arn:aws:kms:eu-west-1:123456789012:key/bucket"
        Condition = {
          StringEquals = {
            "kms:ViaService"                   = "s3.eu-west-1.amazonaws.com"
            "kms:EncryptionContext:aws:s3:arn" = "arn:aws:s3:::logs"
          }
        }
      },
      {
        Sid      = "DecryptEntriesAndCheckpoint"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws:kms:eu-west-1:123456789012:key/bucket"
        Condition = {
          StringEquals = {
            "kms:ViaService"                   = "s3.eu-west-1.amazonaws.com"
            "kms:EncryptionContext:aws:s3:arn" = "arn:aws:s3:::logs"
          }
        }
      },
    ]
    error_message = "The role's policy is not the one expected: ${aws_iam_role_policy.function.policy}"
  }

  assert {
    condition     = length(jsondecode(aws_iam_role_policy.function.policy).Statement) == 11
    error_message = "A key and a lock add three statements to eight: ${aws_iam_role_policy.function.policy}"
  }

  assert {
    condition     = aws_lambda_function.main.environment[0].variables["OBJECT_LOCK_MODE"] == "GOVERNANCE" && aws_lambda_function.main.environment[0].variables["OBJECT_LOCK_DAYS"] == "365"
    error_message = "The function must be told to lock: ${jsonencode(aws_lambda_function.main.environment[0].variables)}"
  }
}

run "is_bounded_and_encrypted_only_where_asked" {
  command = plan

  assert {
    condition     = aws_iam_role.function.permissions_boundary == null && aws_cloudwatch_log_group.function.kms_key_id == null
    error_message = "Nobody asked for a boundary or a key."
  }

  assert {
    condition     = aws_cloudwatch_log_group.function.retention_in_days == 90
    error_message = "The function's logs must not be kept for ever."
  }
}

run "takes_every_name_size_and_period_as_given" {
  variables {
    function_name               = "collect"
    role_name                   = "CollectRole"
    failure_queue_name          = "collect-failures"
    architecture                = "arm64"
    memory_mb                   = 512
    timeout_seconds             = 900
    reserved_concurrency        = 2
    retry_attempts              = 0
    event_max_age_seconds       = 60
    function_log_retention_days = 365
    permissions_boundary_arn    = "arn:aws:iam::123456789012:policy/boundary"
    function_log_kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/logs"
    s3_prefix                   = "audit/zoom/"
    state_key                   = "state.json"
  }

  assert {
    condition = alltrue([
      aws_lambda_function.main.function_name == "collect",
      aws_lambda_function.main.architectures == tolist(["arm64"]),
      aws_lambda_function.main.memory_size == 512,
      aws_lambda_function.main.timeout == 900,
      aws_lambda_function.main.reserved_concurrent_executions == 2,
    ])
    error_message = "The function is not the one asked for."
  }

  assert {
    condition     = aws_iam_role.function.name == "CollectRole" && aws_iam_role.function.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The role must have its name and its boundary."
  }

  assert {
    condition = alltrue([
      aws_cloudwatch_log_group.function.name == "/aws/lambda/collect",
      aws_cloudwatch_log_group.function.retention_in_days == 365,
      aws_cloudwatch_log_group.function.kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/logs",
      aws_sqs_queue.failures.name == "collect-failures",
    ])
    error_message = "The log group or the queue is not the one asked for."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.main.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.main.maximum_event_age_in_seconds == 60
    error_message = "What happens after a failure is not what was asked for."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement.Sid => statement.Resource
      if contains(["WriteEntriesAndCheckpoint", "ReadCheckpoint"], statement.Sid)
      } == {
      WriteEntriesAndCheckpoint = ["arn:aws:s3:::logs/state.json", "arn:aws:s3:::logs/audit/zoom/*"]
      ReadCheckpoint            = "arn:aws:s3:::logs/state.json"
    }
    error_message = "The rights must follow the prefix and the key: ${aws_iam_role_policy.function.policy}"
  }
}

run "collects_another_report" {
  variables {
    report    = "activities"
    title     = "sign-ins and sign-outs"
    s3_prefix = "zoom/activities/"
    state_key = "zoom/state/activities.json"
  }

  assert {
    condition     = aws_lambda_function.main.environment[0].variables["ZOOM_REPORT"] == "activities" && aws_lambda_function.main.description == "Delivers Zoom sign-ins and sign-outs to S3, each record exactly once"
    error_message = "The function must be told which report is its own: ${jsonencode(aws_lambda_function.main.environment[0].variables)}"
  }

  assert {
    condition     = aws_iam_role_policy.function.name == "write-zoom-sign-ins-and-sign-outs" && !strcontains(aws_iam_role_policy.function.policy, "zoom/operationlogs/") && !strcontains(aws_iam_role_policy.function.policy, "zoom/state/operationlogs.json")
    error_message = "The role gets at its own report's objects alone: ${aws_iam_role_policy.function.policy}"
  }
}

run "leaves_defaults_to_the_function" {
  command = plan

  assert {
    condition = aws_lambda_function.main.environment[0].variables == tomap({
      ZOOM_REPORT    = "operationlogs"
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
      zoom_max_requests_per_second = 100
      zoom_daily_request_budget    = 1000000
    }
    extra_environment = {
      AWS_ENDPOINT_URL = "https://127.0.0.1:4566"
    }
  }

  assert {
    condition = aws_lambda_function.main.environment[0].variables == tomap({
      ZOOM_REPORT                  = "operationlogs"
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
      ZOOM_MAX_REQUESTS_PER_SECOND = "100"
      ZOOM_DAILY_REQUEST_BUDGET    = "1000000"
      AWS_ENDPOINT_URL             = "https://127.0.0.1:4566"
    })
    error_message = "Unexpected environment: ${jsonencode(aws_lambda_function.main.environment[0].variables)}"
  }
}

run "refuses_wrong_inputs" {
  command = plan

  variables {
    report                      = "report/operationlogs"
    title                       = "Operation logs"
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
    permissions_boundary_arn    = "boundary"
    function_log_kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:alias/logs"
    kms_key_arn                 = "alias/logs"
    object_lock                 = { mode = "governance", days = 365 }
    bucket                      = "Logs"
    bucket_arn                  = "logs"
    s3_prefix                   = "zoom/*/"
    zoom_secret_arn             = "zoom"
  }

  expect_failures = [
    var.report,
    var.title,
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
    var.permissions_boundary_arn,
    var.function_log_kms_key_arn,
    var.kms_key_arn,
    var.object_lock,
    var.bucket,
    var.bucket_arn,
    var.s3_prefix,
    var.zoom_secret_arn,
  ]
}

run "refuses_to_set_a_variable_twice" {
  command = plan

  variables {
    extra_environment = { OBJECT_LOCK_DAYS = "1" }
  }

  expect_failures = [var.extra_environment]
}

# A validation that names another variable is not looked at where that one is refused.

run "refuses_a_checkpoint_that_is_a_folder" {
  command = plan

  variables {
    state_key = "zoom/state/"
  }

  expect_failures = [var.state_key]
}

run "refuses_the_checkpoint_among_the_entries" {
  command = plan

  variables {
    state_key = "zoom/operationlogs/state.json"
  }

  expect_failures = [var.state_key]
}

run "refuses_to_lock_for_half_a_day" {
  command = plan

  variables {
    object_lock = { mode = "COMPLIANCE", days = 0.5 }
  }

  expect_failures = [var.object_lock]
}

run "refuses_to_lock_for_more_than_a_century" {
  command = plan

  variables {
    object_lock = { mode = "COMPLIANCE", days = 36501 }
  }

  expect_failures = [var.object_lock]
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

run "refuses_a_user_in_an_address" {
  command = plan

  variables {
    settings = { zoom_oauth_url = "https://id:secret@zoom.us/oauth/token" }
  }

  expect_failures = [var.settings]
}

run "refuses_a_query_in_an_address" {
  command = plan

  variables {
    settings = { zoom_api_url = "https://api.zoom.us/v2?access_token=secret" }
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

run "refuses_a_request_longer_than_the_function_takes" {
  command = plan

  variables {
    timeout_seconds = 900
    settings        = { request_timeout_seconds = 301 }
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

run "refuses_more_than_a_week_between_sweeps" {
  command = plan

  variables {
    settings = { full_sweep_minutes = 10081 }
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

run "refuses_more_requests_per_second_than_the_function" {
  command = plan

  variables {
    settings = { zoom_max_requests_per_second = 101 }
  }

  expect_failures = [var.settings]
}

run "refuses_a_budget_beyond_any_quota" {
  command = plan

  variables {
    settings = { zoom_daily_request_budget = 1000001 }
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
