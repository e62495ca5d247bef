# Development: the same pipeline under names of its own, easily thrown away.
module "pipeline" {
  source = "../../modules/pipeline"

  environment  = "dev"
  package_path = var.package_path
  alarm_emails = var.alarm_emails

  function_log_retention_days = 14
  force_destroy               = true
  secret_recovery_window_days = 0
}
