# The whole pipeline on an AWS emulator, for the demonstration and the end-to-end tests.
module "pipeline" {
  source = "../../modules/pipeline"

  environment         = "local"
  package_path        = var.package_path
  architecture        = var.architecture
  schedule_expression = var.schedule_expression
  schedule_enabled    = var.schedule_enabled
  reports             = var.reports
  settings            = var.settings

  # Where the functions find the emulator, and whose certificate they trust.
  extra_environment = {
    for name, value in {
      AWS_ENDPOINT_URL = coalesce(var.function_aws_endpoint, var.aws_endpoint)
      SSL_CERT_FILE    = try(coalesce(var.function_ssl_cert_file, var.ca_bundle), null)
    } : name => value if value != null
  }

  # An emulator as it comes does not supply s3:if-match and s3:if-none-match to bucket policies: the statements that
  # demand them would deny every put. The functions send their conditions all the same, and the emulator honours them.
  enforce_conditional_writes = var.enforce_conditional_writes

  allow_delete_after_transfer = var.allow_delete_after_transfer
  reader_access               = var.reader_access
  feed_subject_id             = var.feed_subject_id
  create_kms_key              = var.create_kms_key
  object_lock                 = var.object_lock
  permissions_boundary_arn    = var.permissions_boundary_arn
  alarm_emails                = var.alarm_emails

  # Nothing here outlives the emulator.
  lifecycle_enabled           = var.lifecycle_enabled
  force_destroy               = true
  secret_recovery_window_days = 0
}
