# No rule moves an object to Glacier: Google SecOps skips archived objects, and a replay could not read them either.
resource "aws_s3_bucket_lifecycle_configuration" "main" {
  count = var.lifecycle_enabled ? 1 : 0

  bucket = aws_s3_bucket.main.id

  rule {
    id     = "expire-log-entries"
    status = "Enabled"

    filter {
      prefix = var.s3_prefix
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

  # The checkpoint is rewritten by every run. A damaged one is replaced by its newest readable version, so a month of
  # them is kept and, however old they are, the newest hundred (the most that S3 can be told to keep). The current
  # version never expires.
  rule {
    id     = "expire-checkpoint-versions"
    status = "Enabled"

    filter {
      prefix = var.state_key
    }

    noncurrent_version_expiration {
      noncurrent_days           = 30
      newer_noncurrent_versions = 100
    }
  }

  # The function writes each object with one put. Parts of a multipart upload come from elsewhere and only cost money.
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
