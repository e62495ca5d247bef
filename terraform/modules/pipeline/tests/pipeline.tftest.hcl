# Names and wiring; the modules' own tests look into the policies. Resources and data sources are mocked, so that no
# request leaves this machine. It is planned only, with mocks that are known by then: a test that applies cannot leave out
# an ephemeral variable.

mock_provider "aws" {
  override_during = plan
  source          = "./tests/aws"
}

variables {
  environment = "prod"
  # Any file will do: nothing is uploaded.
  package_path = "main.tf"
}

run "production_has_the_names_of_the_guide" {
  command = plan

  assert {
    condition = [
      local.bucket_name,
      output.secret_name,
      output.reports["operationlogs"].function_name,
      output.reports["operationlogs"].log_group_name,
      output.reports["operationlogs"].schedule_name,
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
    condition     = output.region == "eu-west-1" && output.dashboard_name == "zoom-operationlogs" && output.reader_role_arn == null && output.kms_key_arn == null
    error_message = "By default there is a dashboard, a reader with a key, and S3's own encryption."
  }

  assert {
    condition = jsonencode(output.reports["operationlogs"].feed) == jsonencode({
      "Source type"            = "Amazon S3 V2"
      "Log type"               = "Zoom Operation Logs"
      "S3 URI"                 = "s3://logs/zoom/operationlogs/"
      "Source deletion option" = "Never delete files"
      "Maximum File Age"       = 180
      "Asset namespace"        = ""
      "Ingestion labels"       = {}
      "Authentication"         = "Access key"
      "Access Key ID"          = "of secops-reader, by make reader-key"
      "Secret Access Key"      = "printed once, by make reader-key"
    })
    error_message = "The feed must read exactly the prefix and delete nothing: ${jsonencode(output.reports["operationlogs"].feed)}"
  }
}

run "other_environments_add_their_name" {
  command = plan

  variables {
    environment = "dev"
  }

  assert {
    condition = [
      local.bucket_name,
      output.secret_name,
      output.reports["operationlogs"].function_name,
      output.reports["operationlogs"].log_group_name,
      output.reports["operationlogs"].schedule_name,
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

run "sign_ins_are_a_second_report" {
  command = plan

  variables {
    environment = "dev"
    reports     = { operationlogs = {}, activities = {} }
  }

  assert {
    condition     = keys(output.reports) == ["activities", "operationlogs"]
    error_message = "Got ${jsonencode(keys(output.reports))}."
  }

  assert {
    condition = [
      output.reports["activities"].function_name,
      local.reports["activities"].role_name,
      output.reports["activities"].log_group_name,
      output.reports["activities"].schedule_name,
      local.reports["activities"].schedule_role_name,
      local.reports["activities"].failure_queue_name,
      output.reports["activities"].s3_prefix,
      output.reports["activities"].state_key,
      ] == [
      "zoom_activities_to_s3-dev",
      "WriteZoomActivitiesToS3Role-dev",
      "/aws/lambda/zoom_activities_to_s3-dev",
      "zoom-activities-schedule-15min-dev",
      "InvokeZoomActivitiesFunctionRole-dev",
      "zoom-activities-failures-dev",
      "zoom/activities/",
      "zoom/state/activities.json",
    ]
    error_message = "Got ${jsonencode(local.reports["activities"])}."
  }

  assert {
    condition     = output.reports["operationlogs"].function_name == "zoom_operationlogs_to_s3-dev" && output.reports["operationlogs"].s3_prefix == "zoom/operationlogs/"
    error_message = "The first report stays as it was: ${jsonencode(output.reports["operationlogs"])}"
  }

  # One secret, reader, topic and dashboard, under the names that they had.
  assert {
    condition     = output.secret_name == "zoom-operationlogs-credentials-dev" && output.reader_user_name == "secops-reader-dev" && output.dashboard_name == "zoom-operationlogs-dev"
    error_message = "What the reports share keeps its name."
  }

  assert {
    condition     = toset(output.alarm_names) == toset(concat(output.reports["activities"].alarm_names, output.reports["operationlogs"].alarm_names)) && length(toset(output.alarm_names)) == 16 && alltrue([for name in output.reports["activities"].alarm_names : startswith(name, "zoom-activities-dev-")])
    error_message = "Each report has alarms of its own: ${jsonencode(output.alarm_names)}"
  }

  assert {
    condition     = output.reports["activities"].feed["S3 URI"] == "s3://logs/zoom/activities/" && output.reports["activities"].feed["Log type"] == "Zoom Operation Logs"
    error_message = "Sign-ins have a feed of the same log type: ${jsonencode(output.reports["activities"].feed)}"
  }

  # Of 5 requests a second and 10000 a day.
  assert {
    condition     = local.settings.zoom_max_requests_per_second == 2 && local.settings.zoom_daily_request_budget == 5000
    error_message = "Two functions may not ask more of Zoom than one: ${jsonencode(local.settings)}"
  }
}

run "reports_share_what_the_account_is_given" {
  command = plan

  variables {
    reports  = { operationlogs = {}, activities = {} }
    settings = { zoom_max_requests_per_second = 3, zoom_daily_request_budget = 7001, page_size = 100 }
  }

  assert {
    condition     = local.settings.zoom_max_requests_per_second == 1 && local.settings.zoom_daily_request_budget == 3500 && local.settings.page_size == 100
    error_message = "Each gets an equal part: ${jsonencode(local.settings)}"
  }
}

run "each_report_needs_a_request_a_second" {
  command = plan

  variables {
    reports  = { operationlogs = {}, activities = {} }
    settings = { zoom_max_requests_per_second = 1 }
  }

  expect_failures = [var.settings]
}

run "each_report_needs_a_request_a_day" {
  command = plan

  variables {
    reports  = { operationlogs = {}, activities = {} }
    settings = { zoom_daily_request_budget = 1 }
  }

  expect_failures = [var.settings]
}

run "limits_are_checked_before_they_are_shared_out" {
  command = plan

  variables {
    reports  = { operationlogs = {}, activities = {} }
    settings = { zoom_max_requests_per_second = 4.5, zoom_daily_request_budget = 2000000 }
  }

  expect_failures = [var.settings]
}

run "a_report_alone_has_all_that_the_account_is_given" {
  command = plan

  variables {
    reports  = { activities = {} }
    settings = { zoom_daily_request_budget = 7001 }
  }

  assert {
    condition     = keys(output.reports) == ["activities"] && local.settings.zoom_daily_request_budget == 7001 && local.settings.zoom_max_requests_per_second == null
    error_message = "Got ${jsonencode(local.settings)}."
  }
}

run "refuses_a_report_that_nobody_knows" {
  command = plan

  variables {
    reports = { operationlogs = {}, meetings = {} }
  }

  expect_failures = [var.reports]
}

run "refuses_a_report_that_is_null" {
  command = plan

  variables {
    reports = { operationlogs = {}, activities = null }
  }

  expect_failures = [var.reports]
}

run "refuses_no_report" {
  command = plan

  variables {
    reports = {}
  }

  expect_failures = [var.reports]
}

run "other_accounts_add_theirs_after_it" {
  command = plan

  variables {
    environment = "dev"
    account     = "emea"
  }

  assert {
    condition = [
      local.bucket_name,
      output.secret_name,
      output.reports["operationlogs"].function_name,
      output.reports["operationlogs"].schedule_name,
      output.reader_user_name,
      output.dashboard_name,
      ] == [
      "zoom-operation-logs-123456789012-eu-west-1-dev-emea",
      "zoom-operationlogs-credentials-dev-emea",
      "zoom_operationlogs_to_s3-dev-emea",
      "zoom-operationlogs-schedule-15min-dev-emea",
      "secops-reader-dev-emea",
      "zoom-operationlogs-dev-emea",
    ]
    error_message = "Every name must end in the environment's and the account's."
  }
}

# The longest of both: every module's own limit on names holds, the region's name being as long as any.
run "the_longest_names_fit" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { name = "ap-southeast-1" }
  }

  variables {
    environment = "dev"
    account     = "elevenchars"
    reports     = { operationlogs = {}, activities = {} }
  }

  assert {
    condition     = local.bucket_name == "zoom-operation-logs-123456789012-ap-southeast-1-dev-elevenchars"
    error_message = "Got ${local.bucket_name}."
  }
}

run "production_has_accounts_too" {
  command = plan

  variables {
    account = "emea"
  }

  assert {
    condition     = output.reports["operationlogs"].function_name == "zoom_operationlogs_to_s3-emea"
    error_message = "Got ${output.reports["operationlogs"].function_name}."
  }
}

run "takes_names_of_ones_own" {
  command = plan

  variables {
    bucket_name = "acme-zoom-logs"
    reports     = { operationlogs = { s3_prefix = "audit/zoom/", state_key = "audit/zoom-state.json" } }
  }

  assert {
    condition     = local.bucket_name == "acme-zoom-logs" && output.reports["operationlogs"].s3_prefix == "audit/zoom/" && output.reports["operationlogs"].state_key == "audit/zoom-state.json"
    error_message = "The given names must be used."
  }
}

# null is the default, so that a root can pass on what it was not given.
run "null_is_the_default" {
  command = plan

  variables {
    account                     = null
    architecture                = null
    reports                     = null
    log_retention_days          = null
    noncurrent_retention_days   = null
    enforce_conditional_writes  = null
    lifecycle_enabled           = null
    force_destroy               = null
    secret_recovery_window_days = null
    settings                    = null
    extra_environment           = null
    memory_mb                   = null
    timeout_seconds             = null
    reserved_concurrency        = null
    function_log_retention_days = null
    schedule_expression         = null
    schedule_enabled            = null
    allow_delete_after_transfer = null
    alarm_emails                = null
    create_kms_key              = null
    reader_access               = null
    feed_namespace              = null
    feed_labels                 = null
    dashboard_enabled           = null
  }

  assert {
    condition     = output.reports["operationlogs"].function_name == "zoom_operationlogs_to_s3" && output.reports["operationlogs"].state_key == "zoom/state/operationlogs.json" && length(output.alarm_names) > 0
    error_message = "null must be as good as left out."
  }
}

# What is passed on arrives; what a module makes of it, its own tests tell.
run "passes_everything_on" {
  command = plan

  variables {
    architecture                = "arm64"
    log_retention_days          = 500
    noncurrent_retention_days   = 300
    enforce_conditional_writes  = false
    lifecycle_enabled           = false
    force_destroy               = true
    secret_recovery_window_days = 7
    secret_replica_region       = "eu-central-1"
    settings                    = { page_size = 100, late_arrival_hours = 72, full_sweep_minutes = 60, zoom_daily_request_budget = 5000 }
    extra_environment           = { AWS_ENDPOINT_URL = "http://127.0.0.1:4566" }
    memory_mb                   = 512
    timeout_seconds             = 600
    reserved_concurrency        = 1
    function_log_retention_days = 30
    schedule_expression         = "rate(5 minutes)"
    schedule_enabled            = false
    alarm_emails                = ["soc@example.com"]
    reports                     = { operationlogs = { newest_record_max_age_hours = 24 } }
    permissions_boundary_arn    = "arn:aws:iam::123456789012:policy/boundary"
    kms_key_arn                 = "arn:aws:kms:eu-west-1:123456789012:key/given"
    function_log_kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/logs"
    object_lock                 = { mode = "GOVERNANCE", days = 30 }
    feed_namespace              = "zoom"
    feed_labels                 = { team = "it" }
    dashboard_enabled           = false
    zoom_credentials_version    = 1
    zoom_credentials            = { account_id = "a", client_id = "c", client_secret = "s" }
  }

  assert {
    condition     = output.kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/given" && length(module.encryption_key) == 0
    error_message = "A given key is used and none made."
  }

  assert {
    condition     = output.dashboard_name == null
    error_message = "There must be no dashboard."
  }

  assert {
    condition     = output.reports["operationlogs"].feed["Asset namespace"] == "zoom" && output.reports["operationlogs"].feed["Ingestion labels"] == tomap({ team = "it" })
    error_message = "Got ${jsonencode(output.reports["operationlogs"].feed)}."
  }
}

run "makes_a_key_of_its_own" {
  command = plan

  variables {
    create_kms_key = true
  }

  assert {
    condition     = output.kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/own" && local.function_log_kms_key_arn == output.kms_key_arn
    error_message = "The key must encrypt the bucket and the log group."
  }
}

run "lets_the_feed_in_without_a_key" {
  command = plan

  variables {
    reader_access   = "web_identity"
    feed_subject_id = "123456789012345678901"
  }

  assert {
    condition     = output.reader_user_name == null && output.reader_role_arn == "arn:aws:iam::123456789012:role/role"
    error_message = "There must be a role and no user."
  }

  assert {
    condition = { for name, value in output.reports["operationlogs"].feed : name => value if contains(["Authentication", "AWS IAM role ARN", "Subject ID"], name) } == {
      "Authentication"   = "AWS IAM role"
      "AWS IAM role ARN" = "arn:aws:iam::123456789012:role/role"
      "Subject ID"       = "123456789012345678901"
    }
    error_message = "Got ${jsonencode(output.reports["operationlogs"].feed)}."
  }
}

run "warns_of_a_feed_that_deletes" {
  command = plan

  variables {
    allow_delete_after_transfer = true
  }

  # It is done all the same: a check only warns.
  assert {
    condition     = output.reports["operationlogs"].feed["Source deletion option"] == "Delete transferred files and empty directories"
    error_message = "A reader that may delete belongs to a feed that does."
  }

  expect_failures = [check.deletion_after_transfer]
}

run "refuses_a_long_environment" {
  command = plan

  variables {
    environment = "Production-EU"
  }

  expect_failures = [var.environment]
}

run "refuses_an_account_with_a_hyphen" {
  command = plan

  variables {
    account = "emea-1"
  }

  expect_failures = [var.account]
}

run "refuses_an_account_that_reads_like_an_environment" {
  command = plan

  variables {
    account = "dev"
  }

  expect_failures = [var.account]
}

run "refuses_a_key_beside_its_own" {
  command = plan

  variables {
    create_kms_key = true
    kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/given"
  }

  expect_failures = [var.create_kms_key]
}

run "refuses_a_key_for_the_log_group_beside_its_own" {
  command = plan

  variables {
    create_kms_key           = true
    function_log_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/given"
  }

  expect_failures = [var.create_kms_key]
}

run "refuses_a_lock_on_what_the_feed_deletes" {
  command = plan

  variables {
    object_lock                 = { mode = "COMPLIANCE", days = 30 }
    allow_delete_after_transfer = true
  }

  expect_failures = [var.object_lock, check.deletion_after_transfer]
}

run "refuses_what_the_form_of_the_feed_cannot_take" {
  command = plan

  variables {
    feed_namespace = "zoom "
    feed_labels    = { team = "" }
  }

  expect_failures = [var.feed_namespace, var.feed_labels]
}
