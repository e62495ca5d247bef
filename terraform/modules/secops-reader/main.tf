# The user that the Google SecOps feed reads the bucket as. Its access key is made by hand and goes straight into the
# feed: a key declared here would lie readable in the state.
resource "aws_iam_user" "main" {
  name = var.user_name
}

data "aws_iam_policy_document" "read" {
  # The feed lists what is new. It sees the delivered objects and nothing beside them.
  statement {
    sid       = "ListDeliveredObjects"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.s3_prefix}*"]
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
    resources = ["${var.bucket_arn}/${var.s3_prefix}*"]
  }

  # For a feed that deletes what it has transferred. See the variable for what that costs.
  dynamic "statement" {
    for_each = var.allow_delete_after_transfer ? [true] : []

    content {
      sid       = "DeleteTransferredObjects"
      actions   = ["s3:DeleteObject"]
      resources = ["${var.bucket_arn}/${var.s3_prefix}*"]
    }
  }
}

resource "aws_iam_policy" "read" {
  name        = var.policy_name
  description = "Lets Google SecOps read the delivered Zoom operation logs"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "read" {
  user       = aws_iam_user.main.name
  policy_arn = aws_iam_policy.read.arn
}
