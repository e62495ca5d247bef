# The bucket for the states of all environments of this AWS account.
resource "aws_s3_bucket" "main" {
  #checkov:skip=CKV_AWS_18:who reads what is for the trail of the account (data events of CloudTrail) to record, not for one more bucket
  #checkov:skip=CKV_AWS_144:a state describes one region and is of no use without it
  #checkov:skip=CKV_AWS_145:no secret is in a state; SSE-S3 encrypts it
  #checkov:skip=CKV2_AWS_62:nobody listens

  bucket = var.bucket_name
}

# Every state that was is there to go back to.
resource "aws_s3_bucket_versioning" "main" {
  bucket = aws_s3_bucket.main.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  bucket = aws_s3_bucket.main.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Locks come and go with every apply, and superseded states add up.
resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = aws_s3_bucket_versioning.main.bucket

  rule {
    id     = "expire-superseded-states"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.state_history_days
      # However old, the last ones stay.
      newer_noncurrent_versions = 20
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

data "aws_iam_policy_document" "main" {
  # States tell how everything is built; Terraform reads and writes them over TLS only.
  statement {
    sid       = "DenyPlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.main.arn, "${aws_s3_bucket.main.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "main" {
  bucket = aws_s3_bucket.main.id
  policy = data.aws_iam_policy_document.main.json

  # The two change the same setting of the bucket's at once otherwise, and S3 refuses one of them.
  depends_on = [aws_s3_bucket_public_access_block.main]
}
