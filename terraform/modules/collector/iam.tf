data "aws_iam_policy_document" "function_trust" {
  #parliament:skip=CREDENTIALS_EXPOSURE:a trust policy hands out credentials of its role; here to Lambda alone

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
  # `S3Store::put`, called by `DeliveryLog::append` for an entry and by `CheckpointFile::commit` for the checkpoint. Nothing
  # is ever deleted, so there is no right to.
  statement {
    sid       = "WriteEntriesAndCheckpoint"
    actions   = ["s3:PutObject"]
    resources = local.object_arns
  }

  # `S3Store::get`, which only `CheckpointFile` calls. Its puts with If-Match need this right, too.
  statement {
    sid       = "ReadCheckpoint"
    actions   = ["s3:GetObject"]
    resources = [local.checkpoint_arn]
  }

  # `S3Store::get_version`: `DeliveryLog::fold` and `read_counts` read entries by version, because a deleted one still counts as
  # delivered. `CheckpointFile::load` reads the versions of a checkpoint that is missing or damaged.
  statement {
    sid       = "ReadVersions"
    actions   = ["s3:GetObjectVersion"]
    resources = local.object_arns
  }

  # `S3Store::list_versions`: `DeliveryLog::fold` lists the versions of a day's entries before each put, and `read_counts` those
  # of a day that it counts. `first_day` lists the whole prefix, where the checkpoint is lost. `CheckpointFile::load` lists the
  # versions of the checkpoint.
  statement {
    sid       = "ListVersions"
    actions   = ["s3:ListBucketVersions"]
    resources = [var.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.s3_prefix}*", var.state_key]
    }
  }

  # `S3Store::get` of a checkpoint that does not exist: S3 answers 404 to whoever may list it, 403 to everybody else, and the
  # function takes a 403 for what it says. For that decision S3 takes the key asked for as the s3:prefix.
  statement {
    sid       = "SeeWhetherThereIsACheckpoint"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arn]

    condition {
      test     = "StringEquals"
      variable = "s3:prefix"
      values   = [var.state_key]
    }
  }

  dynamic "statement" {
    for_each = var.object_lock == null ? [] : [var.object_lock]

    # `S3Store::put` sends the mode and the date of the lock with every entry, and S3 asks for this right as well. Never with
    # the checkpoint, which every run replaces.
    content {
      sid       = "LockEntries"
      actions   = ["s3:PutObjectRetention"]
      resources = [local.entries_arn]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    # S3 asks the key for a data key in the name of whoever calls `S3Store::put`.
    content {
      sid       = "EncryptEntriesAndCheckpoint"
      actions   = ["kms:GenerateDataKey"]
      resources = [statement.value]

      # Not to be used but by S3 …
      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [local.s3_service]
      }

      # … and for this bucket: S3 names the bucket itself, not the object, because the data key is the bucket's.
      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = [var.bucket_arn]
      }
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    # The same for `S3Store::get` and `S3Store::get_version`.
    content {
      sid       = "DecryptEntriesAndCheckpoint"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [local.s3_service]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = [var.bucket_arn]
      }
    }
  }

  # `SecretsManager::credentials` reads the credentials of the Zoom app. Their key is AWS's own, which needs no right.
  statement {
    sid       = "ReadZoomCredentials"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.zoom_secret_arn]
  }

  # What `main` prints, the metrics among it, Lambda writes into the function's log group with these rights. The group is
  # Terraform's, so there is none to create one.
  statement {
    sid       = "WriteOwnLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"]
  }

  # When `invoke` returns an error, Lambda leaves the event in the queue with the rights of the function's role.
  statement {
    sid       = "ReportFailedInvocations"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failures.arn]
  }
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  entries_arn    = "${var.bucket_arn}/${var.s3_prefix}*"
  checkpoint_arn = "${var.bucket_arn}/${var.state_key}"
  object_arns    = [local.entries_arn, local.checkpoint_arn]

  # Not in the policy itself: Terraform would hold back the whole policy as unknown whenever the group's retention changes.
  log_group_arn = aws_cloudwatch_log_group.function.arn

  # How a key sees S3 of this region.
  s3_service = "s3.${data.aws_region.current.name}.${data.aws_partition.current.dns_suffix}"
}

resource "aws_iam_role" "function" {
  name               = var.role_name
  description        = "What the function ${var.function_name} may do"
  assume_role_policy = data.aws_iam_policy_document.function_trust.json

  # The most that the role may ever do, whatever its policy says, where the account demands that.
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "function" {
  name   = "write-zoom-${replace(var.title, " ", "-")}"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}
