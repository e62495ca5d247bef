data "aws_iam_policy_document" "function_trust" {
  # Lambda runs the function as this role.
  statement {
    sid     = "LambdaRunsTheFunction"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  # Entries of the log and the checkpoint. Nothing is ever deleted, so there is no right to.
  statement {
    sid       = "WriteEntriesAndCheckpoint"
    actions   = ["s3:PutObject"]
    resources = local.object_arns
  }

  # Earlier entries, to know what has been delivered, and the checkpoint. Both are read by version as well: a deleted
  # entry still counts as delivered, and a damaged checkpoint is replaced by an earlier one. A put with If-Match needs
  # the right to read, too.
  statement {
    sid       = "ReadEntriesAndCheckpoint"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = local.object_arns
  }

  # The entries of a day and their versions are listed before each put. The right also decides how S3 answers for an
  # object that does not exist: 404 to whoever may list it, 403 to everybody else, and the function takes a 403 for what
  # it says. For that decision S3 takes the key asked for as the s3:prefix, so the two patterns below suffice.
  statement {
    sid       = "ListEntriesAndCheckpoint"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [var.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.s3_prefix}*", var.state_key]
    }
  }

  # The credentials of the Zoom app.
  statement {
    sid       = "ReadZoomCredentials"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.zoom_secret_arn]
  }

  # Log lines; the metrics travel in them. The group is Terraform's, so there is no right to create one.
  statement {
    sid       = "WriteOwnLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }

  # Lambda reports a failed invocation with the rights of the function's role.
  statement {
    sid       = "ReportFailedInvocations"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failures.arn]
  }
}

locals {
  object_arns = ["${var.bucket_arn}/${var.s3_prefix}*", "${var.bucket_arn}/${var.state_key}"]
}

resource "aws_iam_role" "function" {
  name               = var.role_name
  description        = "What the function ${var.function_name} may do"
  assume_role_policy = data.aws_iam_policy_document.function_trust.json
}

resource "aws_iam_role_policy" "function" {
  name   = "write-zoom-operation-logs"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}
