data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_kms_key" "main" {
  description             = "Zoom operation logs: the bucket and the functions' log groups"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days

  # Given here and not as a resource of its own, so that the key is never without it.
  policy = data.aws_iam_policy_document.key.json
}

# For people only. Policies compare ARNs, and an alias can be pointed elsewhere.
resource "aws_kms_alias" "main" {
  name          = "alias/${var.alias_name}"
  target_key_id = aws_kms_key.main.key_id
}
