data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_iam_policy_document" "schedule_trust" {
  #parliament:skip=CREDENTIALS_EXPOSURE:a trust policy hands out credentials of its role; here to EventBridge Scheduler alone

  # EventBridge Scheduler invokes the function as this role, and only for schedules of this account. The service names
  # the group of a schedule as the source, never the schedule itself; this schedule is in the group `default`.
  statement {
    sid     = "SchedulerInvokesTheFunction"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${data.aws_partition.current.partition}:scheduler:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:schedule-group/default"]
    }
  }
}

data "aws_iam_policy_document" "schedule" {
  # The schedule's target: this one function, which `main` then runs as `invoke`.
  statement {
    sid       = "InvokeTheFunction"
    actions   = ["lambda:InvokeFunction"]
    resources = [var.function_arn]
  }

  # The target's dead_letter_config: an invocation that Lambda never accepted is left in the failure queue.
  statement {
    sid       = "ReportFailedInvocations"
    actions   = ["sqs:SendMessage"]
    resources = [var.failure_queue_arn]
  }
}

resource "aws_iam_role" "schedule" {
  name               = var.role_name
  description        = "What the schedule ${var.schedule_name} may do"
  assume_role_policy = data.aws_iam_policy_document.schedule_trust.json

  # The most that the role may ever do, whatever its policy says, where the account demands that.
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "schedule" {
  name   = "invoke-zoom-${replace(var.title, " ", "-")}-function"
  role   = aws_iam_role.schedule.id
  policy = data.aws_iam_policy_document.schedule.json
}
