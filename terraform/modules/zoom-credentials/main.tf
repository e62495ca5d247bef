# The place for the credentials. Their values are put in by a separate command, or by the write-only version below; either
# way they lie in no plan and no state.
resource "aws_secretsmanager_secret" "main" {
  #checkov:skip=CKV_AWS_149:AWS's own key encrypts it; a key of one's own would only keep out other accounts, and nothing lets them in
  #checkov:skip=CKV2_AWS_57:Zoom has no call that makes a new client secret; make zoom-credentials puts in one made by hand

  name                    = var.name
  description             = "Zoom Server-to-Server OAuth app: {\"account_id\", \"client_id\", \"client_secret\"}"
  recovery_window_in_days = var.recovery_window_days

  # A copy to read while this region is out of order. It follows every change of the value.
  dynamic "replica" {
    for_each = var.replica_region == null ? [] : [var.replica_region]

    content {
      region = replica.value
    }
  }

  lifecycle {
    precondition {
      condition     = var.replica_region != data.aws_region.current.name
      error_message = "replica_region takes another region than the secret's own, ${data.aws_region.current.name}."
    }
  }
}

data "aws_region" "current" {}

# Declared only when Terraform puts the values in. Terraform sends a write-only argument to the provider and forgets it, so
# it cannot see that the value has changed: the version's number says so. Whether there is a version hangs on that number
# too, for Terraform refuses to let anything hang on a value that it forgets.
resource "aws_secretsmanager_secret_version" "main" {
  count = var.credentials_version == null ? 0 : 1

  secret_id                = aws_secretsmanager_secret.main.id
  secret_string_wo         = jsonencode(var.credentials)
  secret_string_wo_version = var.credentials_version
}
