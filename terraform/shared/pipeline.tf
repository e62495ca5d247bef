# The pipelines of an environment in AWS, one for each Zoom account. The environment's own main.tf says in locals what
# differs from one environment to another.

locals {
  # The name of the environment's folder. A copy of the folder is another environment, with names and a state of its own:
  # so it cannot take those of the original.
  environment = basename(abspath(path.root))
}

module "pipeline" {
  source   = "../../modules/pipeline"
  for_each = var.zoom_accounts

  environment              = local.environment
  account                  = each.key
  package_path             = var.package_path
  architecture             = var.architecture
  permissions_boundary_arn = var.permissions_boundary_arn
  alarm_emails             = coalesce(each.value.alarm_emails, var.alarm_emails)
  zoom_credentials         = lookup(var.zoom_credentials, each.key, null)

  reports                     = each.value.reports
  settings                    = each.value.settings
  bucket_name                 = each.value.bucket_name
  log_retention_days          = each.value.log_retention_days
  noncurrent_retention_days   = each.value.noncurrent_retention_days
  object_lock                 = each.value.object_lock
  create_kms_key              = each.value.create_kms_key
  kms_key_arn                 = each.value.kms_key_arn
  function_log_kms_key_arn    = each.value.function_log_kms_key_arn
  secret_replica_region       = each.value.secret_replica_region
  zoom_credentials_version    = each.value.zoom_credentials_version
  schedule_expression         = each.value.schedule_expression
  schedule_enabled            = each.value.schedule_enabled
  memory_mb                   = each.value.memory_mb
  timeout_seconds             = each.value.timeout_seconds
  reserved_concurrency        = each.value.reserved_concurrency
  function_log_retention_days = coalesce(each.value.function_log_retention_days, local.function_log_retention_days)
  reader_access               = each.value.reader_access
  feed_subject_id             = each.value.feed_subject_id
  feed_namespace              = each.value.feed_namespace
  feed_labels                 = each.value.feed_labels
  allow_delete_after_transfer = each.value.allow_delete_after_transfer
  dashboard_enabled           = each.value.dashboard_enabled

  force_destroy               = local.force_destroy
  secret_recovery_window_days = local.secret_recovery_window_days
}
