data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  bucket_name = coalesce(
    var.bucket_name,
    "zoom-operation-logs-state-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.name}",
  )
}

module "state_bucket" {
  source = "../modules/state-bucket"

  bucket_name        = local.bucket_name
  state_history_days = var.state_history_days
}

# A guard: whatever plan would destroy the bucket stops here before anything is touched. Without a state Terraform knows of
# nothing that it made.
resource "terraform_data" "bucket_guard" {
  triggers_replace = module.state_bucket.bucket_arn

  lifecycle {
    prevent_destroy = true
  }
}
