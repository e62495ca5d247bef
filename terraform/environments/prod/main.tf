# What differs here from the other environments. The rest stands in terraform/shared, and the links in this folder lead there.

locals {
  # Not thrown away by accident: a bucket must be empty before it goes, and a deleted secret can be brought back.
  force_destroy               = false
  secret_recovery_window_days = 30

  # Where the Zoom account says nothing else.
  function_log_retention_days = 90
}

# A guard: whatever plan would destroy a bucket, be it `terraform destroy`, a new name or an account taken out of the list,
# stops here before anything is touched. `make destroy ENV=prod` says what it takes to mean it.
resource "terraform_data" "bucket_guard" {
  for_each = module.pipeline

  triggers_replace = each.value.bucket_arn

  lifecycle {
    prevent_destroy = true
  }
}
