data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  # Production has the plain names of the guide; any other environment adds its own, so that two fit one AWS account. So
  # does any Zoom account but main. Neither has a hyphen, so that no two of them share a suffix.
  suffix = join("", [
    var.environment == "prod" ? "" : "-${var.environment}",
    var.account == "main" ? "" : "-${var.account}",
  ])

  bucket_name = coalesce(
    var.bucket_name,
    "zoom-operation-logs-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.name}${local.suffix}",
  )

  # One of them at most; the variables see to it.
  kms_key_arn              = var.create_kms_key ? module.encryption_key[0].key_arn : var.kms_key_arn
  function_log_kms_key_arn = var.create_kms_key ? module.encryption_key[0].key_arn : var.function_log_kms_key_arn
}

module "encryption_key" {
  source = "../encryption-key"
  count  = var.create_kms_key ? 1 : 0

  alias_name = "zoom-operationlogs${local.suffix}"
  # The names of the groups that Lambda logs to, said beforehand: the groups are made with the key.
  log_group_names = [for report in local.reports : "/aws/lambda/${report.function_name}"]
}

module "log_bucket" {
  source = "../log-bucket"

  bucket_name                = local.bucket_name
  logs                       = local.logs
  log_retention_days         = var.log_retention_days
  noncurrent_retention_days  = var.noncurrent_retention_days
  enforce_conditional_writes = var.enforce_conditional_writes
  lifecycle_enabled          = var.lifecycle_enabled
  force_destroy              = var.force_destroy
  kms_key_arn                = local.kms_key_arn
  object_lock_enabled        = var.object_lock != null
}

module "zoom_credentials" {
  source = "../zoom-credentials"

  name                 = "zoom-operationlogs-credentials${local.suffix}"
  recovery_window_days = var.secret_recovery_window_days
  replica_region       = var.secret_replica_region
  credentials          = var.zoom_credentials
  credentials_version  = var.zoom_credentials_version
}

module "collector" {
  source   = "../collector"
  for_each = local.reports

  report             = each.key
  title              = each.value.title
  function_name      = each.value.function_name
  role_name          = each.value.role_name
  failure_queue_name = each.value.failure_queue_name

  package_path                = var.package_path
  architecture                = var.architecture
  memory_mb                   = var.memory_mb
  timeout_seconds             = var.timeout_seconds
  reserved_concurrency        = var.reserved_concurrency
  function_log_retention_days = var.function_log_retention_days
  function_log_kms_key_arn    = local.function_log_kms_key_arn
  permissions_boundary_arn    = var.permissions_boundary_arn

  bucket            = module.log_bucket.bucket
  bucket_arn        = module.log_bucket.bucket_arn
  kms_key_arn       = local.kms_key_arn
  object_lock       = var.object_lock
  s3_prefix         = each.value.s3_prefix
  state_key         = each.value.state_key
  zoom_secret_arn   = module.zoom_credentials.secret_arn
  settings          = local.settings
  extra_environment = var.extra_environment
}

module "schedule" {
  source   = "../schedule"
  for_each = local.reports

  title                    = each.value.title
  schedule_name            = each.value.schedule_name
  role_name                = each.value.schedule_role_name
  schedule_expression      = var.schedule_expression
  enabled                  = var.schedule_enabled
  function_arn             = module.collector[each.key].function_arn
  failure_queue_arn        = module.collector[each.key].failure_queue_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "secops_reader" {
  source = "../secops-reader"

  access                      = var.reader_access
  user_name                   = "secops-reader${local.suffix}"
  role_name                   = "secops-reader${local.suffix}"
  policy_name                 = "secops-reader-policy${local.suffix}"
  feed_subject_id             = var.feed_subject_id
  bucket_arn                  = module.log_bucket.bucket_arn
  kms_key_arn                 = local.kms_key_arn
  s3_prefixes                 = values(local.logs)[*].s3_prefix
  allow_delete_after_transfer = var.allow_delete_after_transfer
  permissions_boundary_arn    = var.permissions_boundary_arn
}

module "monitoring" {
  source = "../monitoring"

  topic_name        = "zoom-operationlogs-alarms${local.suffix}"
  alarm_emails      = var.alarm_emails
  dashboard_name    = "zoom-operationlogs${local.suffix}"
  dashboard_enabled = var.dashboard_enabled
  settings          = local.settings

  functions = {
    for name, report in local.reports : name => {
      function_name               = module.collector[name].function_name
      failure_queue_name          = module.collector[name].failure_queue_name
      alarm_name_prefix           = report.alarm_name_prefix
      newest_record_max_age_hours = report.newest_record_max_age_hours
    }
  }
}
