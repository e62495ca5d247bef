locals {
  # Every variable of the function's contract.
  settings = {
    ZOOM_REPORT                  = var.report
    S3_BUCKET                    = var.bucket
    S3_PREFIX                    = var.s3_prefix
    STATE_KEY                    = var.state_key
    ZOOM_SECRET_ID               = var.zoom_secret_arn
    ZOOM_OAUTH_URL               = var.settings.zoom_oauth_url
    ZOOM_API_URL                 = var.settings.zoom_api_url
    PAGE_SIZE                    = var.settings.page_size
    TIMEOUT                      = var.settings.request_timeout_seconds
    START_DATE                   = var.settings.start_date
    LATE_ARRIVAL_HOURS           = var.settings.late_arrival_hours
    FULL_SWEEP_MINUTES           = var.settings.full_sweep_minutes
    MAX_RECORDS_PER_OBJECT       = var.settings.max_records_per_object
    ZOOM_MAX_REQUESTS_PER_SECOND = var.settings.zoom_max_requests_per_second
    ZOOM_DAILY_REQUEST_BUDGET    = var.settings.zoom_daily_request_budget
    OBJECT_LOCK_MODE             = try(var.object_lock.mode, null)
    OBJECT_LOCK_DAYS             = try(var.object_lock.days, null)
  }

  # What is not set is not passed, so that the function's own default holds.
  environment = { for name, value in local.settings : name => tostring(value) if value != null }
}

resource "aws_lambda_function" "main" {
  #checkov:skip=CKV_AWS_116:an invocation that failed goes to the failure queue by its on_failure destination, which says more than a dead letter
  #checkov:skip=CKV_AWS_117:it talks to Zoom and to AWS over public addresses; a VPC would add a NAT gateway and protect nothing
  #checkov:skip=CKV_AWS_272:a signing profile is a matter of the account; the package goes from one build to the function, by its hash
  #checkov:skip=CKV_AWS_173:its environment holds names and addresses, no secret; Lambda encrypts it by its own key
  #checkov:skip=CKV_AWS_50:X-Ray would need a right on every resource, and tells less than the metrics of each run

  function_name = var.function_name
  description   = "Delivers Zoom ${var.title} to S3, each record exactly once"
  role          = aws_iam_role.function.arn

  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = merge(local.environment, var.extra_environment)
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  # Without its policy the first run would fail and be counted as an error.
  depends_on = [aws_iam_role_policy.function]
}

# Declared here, because the group that Lambda makes for itself keeps its logs for ever.
resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_338:these lines say how runs went, for a variable number of days; what must be kept for long lies in the bucket

  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = var.function_log_retention_days

  # CloudWatch Logs always encrypts; this says whether by a key of the account's.
  kms_key_id = var.function_log_kms_key_arn
}

# The schedule invokes asynchronously, so Lambda itself decides what happens after a failure. One retry bridges a passing
# fault. More would only spend Zoom's quota, since the next run does the same work and delivers what this one could not;
# for the same reason an event that has waited as long as the schedule's interval is not worth running.
resource "aws_lambda_function_event_invoke_config" "main" {
  function_name                = aws_lambda_function.main.function_name
  maximum_retry_attempts       = var.retry_attempts
  maximum_event_age_in_seconds = var.event_max_age_seconds

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
}

# Invocations that failed for good, and those that the schedule could not start. Nothing reads the queue: it rings an
# alarm and tells whoever comes what happened and when. Fourteen days, the most there is, outlast any holiday.
resource "aws_sqs_queue" "failures" {
  name                      = var.failure_queue_name
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = true
}
