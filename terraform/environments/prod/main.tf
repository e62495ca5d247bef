# Production. What is not said here is the module's default, and the defaults are meant for this root.
module "pipeline" {
  source = "../../modules/pipeline"

  environment  = "prod"
  package_path = var.package_path
  bucket_name  = var.bucket_name
  alarm_emails = var.alarm_emails
  settings     = { start_date = var.start_date }
}

# A guard: whatever plan would destroy the bucket, be it `terraform destroy` or a new name, stops here before anything is
# touched. To destroy on purpose, remove this block first.
resource "terraform_data" "bucket_guard" {
  triggers_replace = module.pipeline.bucket_arn

  lifecycle {
    prevent_destroy = true
  }
}
