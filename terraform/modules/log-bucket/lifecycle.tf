# No rule moves an object to Glacier: Google SecOps skips archived objects, and a replay could not read them either.
resource "aws_s3_bucket_lifecycle_configuration" "main" {
  count = var.lifecycle_enabled ? 1 : 0

  bucket = aws_s3_bucket.main.id

  # The rules of each log by itself: a rule has one prefix.
  dynamic "rule" {
    for_each = var.logs

    content {
      id     = "expire-${rule.key}-entries"
      status = "Enabled"

      filter {
        prefix = rule.value.s3_prefix
      }

      # An expired entry becomes a noncurrent version and stays readable as one; the rule also clears the delete markers
      # that are left over once their versions are gone.
      expiration {
        days = var.log_retention_days
      }

      noncurrent_version_expiration {
        noncurrent_days = var.noncurrent_retention_days
      }
    }
  }

  # A checkpoint is rewritten by every run. A damaged one is replaced by its newest readable version, so a month of
  # them is kept and, however old they are, the newest hundred (the most that S3 can be told to keep). The current
  # version never expires.
  dynamic "rule" {
    for_each = var.logs

    content {
      id     = "expire-${rule.key}-checkpoint-versions"
      status = "Enabled"

      filter {
        prefix = rule.value.state_key
      }

      noncurrent_version_expiration {
        noncurrent_days           = 30
        newer_noncurrent_versions = 100
      }
    }
  }

  # The functions write each object with one put. Parts of a multipart upload come from elsewhere and only cost money.
  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # Rules for noncurrent versions need versioning to be on.
  depends_on = [aws_s3_bucket_versioning.main]
}
