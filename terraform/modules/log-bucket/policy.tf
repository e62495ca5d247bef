data "aws_iam_policy_document" "bucket" {
  # Records name people and what they did; they do not cross a network in the clear.
  statement {
    sid     = "DenyPlainHttp"
    effect  = "Deny"
    actions = ["s3:*"]
    resources = [
      aws_s3_bucket.main.arn,
      "${aws_s3_bucket.main.arn}/*",
    ]

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

  # An entry of a log is written once and never replaced. The function asks for that with `If-None-Match: *`; here the
  # bucket insists on it, whoever writes. Copies and multipart uploads cannot carry the header and are refused too.
  dynamic "statement" {
    for_each = var.enforce_conditional_writes ? [true] : []

    content {
      sid       = "DenyUnconditionalLogEntries"
      effect    = "Deny"
      actions   = ["s3:PutObject"]
      resources = [for log in var.logs : "${aws_s3_bucket.main.arn}/${log.s3_prefix}*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = "Null"
        variable = "s3:if-none-match"
        values   = ["true"]
      }
    }
  }

  # A checkpoint is created with If-None-Match and replaced with If-Match. A put with neither could undo what another
  # run has just written. Both conditions must hold, so either header lets the put pass.
  dynamic "statement" {
    for_each = var.enforce_conditional_writes ? [true] : []

    content {
      sid       = "DenyUnconditionalCheckpoint"
      effect    = "Deny"
      actions   = ["s3:PutObject"]
      resources = [for log in var.logs : "${aws_s3_bucket.main.arn}/${log.state_key}"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = "Null"
        variable = "s3:if-none-match"
        values   = ["true"]
      }

      condition {
        test     = "Null"
        variable = "s3:if-match"
        values   = ["true"]
      }
    }
  }

  # Everything here is encrypted as the bucket says, so that whoever may read the bucket can read all of it. The function
  # names no encryption and gets the bucket's; a put that names one would leave an object under another key, which neither
  # the feed nor a replay could open. Policies look at the request, before the bucket's default is applied to it.
  statement {
    sid       = "DenyOtherEncryption"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.main.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["false"]
    }
  }

  # The same for a key that only the sender has (SSE-C), which is asked for by another header.
  statement {
    sid       = "DenyCustomerProvidedKeys"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.main.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption-customer-algorithm"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "main" {
  bucket = aws_s3_bucket.main.id
  policy = data.aws_iam_policy_document.bucket.json

  # S3 refuses two changes of a bucket's access at once.
  depends_on = [aws_s3_bucket_public_access_block.main]
}
