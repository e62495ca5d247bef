# Who the Google SecOps feed reads the bucket as: a user with an access key, or a role that the feed assumes without one.
# Never both, so that there is one way in to look after.
locals {
  by_access_key   = var.access == "access_key"
  by_web_identity = var.access == "web_identity"

  entries_arns = [for prefix in sort(var.s3_prefixes) : "${var.bucket_arn}/${prefix}*"]
}

# Its access keys are made by `make reader-key`: a key declared here would lie readable in the state.
resource "aws_iam_user" "main" {
  #checkov:skip=CKV_AWS_273:the feed is no person and has no single sign-on; access = "web_identity" does without this user

  count = local.by_access_key ? 1 : 0

  name                 = var.user_name
  permissions_boundary = var.permissions_boundary_arn

  # Terraform does not know the keys, and AWS deletes no user that has any.
  force_destroy = true
}

data "aws_iam_policy_document" "trust" {
  #parliament:skip=CREDENTIALS_EXPOSURE:a trust policy hands out credentials of its role; here to one identity of Google alone

  count = local.by_web_identity ? 1 : 0

  # Google's transfer service signs in as the feed's own identity. Anybody can get a token from accounts.google.com, so
  # the subject is what makes it ours.
  statement {
    sid     = "FeedAssumesTheRole"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["accounts.google.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "accounts.google.com:sub"
      values   = [var.feed_subject_id]
    }
  }
}

resource "aws_iam_role" "main" {
  count = local.by_web_identity ? 1 : 0

  name                 = var.role_name
  description          = "Assumed by the Google SecOps feed to read the delivered Zoom operation logs"
  assume_role_policy   = data.aws_iam_policy_document.trust[0].json
  permissions_boundary = var.permissions_boundary_arn
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "read" {
  # A feed lists what is new. It sees the delivered objects and nothing beside them, such as a checkpoint.
  statement {
    sid       = "ListDeliveredObjects"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = [for prefix in sort(var.s3_prefixes) : "${prefix}*"]
    }
  }

  # The transfer service behind the feed asks which region the bucket is in.
  statement {
    sid       = "LocateBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = [var.bucket_arn]
  }

  # What it ingests.
  statement {
    sid       = "ReadDeliveredObjects"
    actions   = ["s3:GetObject"]
    resources = local.entries_arns
  }

  # With a key of one's own, S3 decrypts in the reader's name. Objects share the bucket's key, and so its context.
  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "DecryptDeliveredObjects"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${split(":", statement.value)[3]}.${data.aws_partition.current.dns_suffix}"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = [var.bucket_arn]
      }
    }
  }

  # For a feed that deletes what it has transferred. See the variable for what that costs.
  dynamic "statement" {
    for_each = var.allow_delete_after_transfer ? [true] : []

    content {
      sid       = "DeleteTransferredObjects"
      actions   = ["s3:DeleteObject"]
      resources = local.entries_arns
    }
  }
}

resource "aws_iam_policy" "read" {
  name        = var.policy_name
  description = "Lets Google SecOps read the delivered Zoom operation logs"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "read" {
  #checkov:skip=CKV_AWS_40:a group of one user would hide what the user may do

  count = local.by_access_key ? 1 : 0

  user       = aws_iam_user.main[0].name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role_policy_attachment" "read" {
  count = local.by_web_identity ? 1 : 0

  role       = aws_iam_role.main[0].name
  policy_arn = aws_iam_policy.read.arn
}
