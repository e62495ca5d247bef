# The provider is the real one, so that policy documents are rendered as they would be in AWS. Every resource, and the
# one data source that would ask AWS, is overridden, so that no request leaves this machine.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = {
    account_id = "123456789012"
  }
}

override_resource {
  target = aws_scheduler_schedule.main
}

override_resource {
  target = aws_iam_role.schedule
  values = {
    arn = "arn:aws:iam::123456789012:role/InvokeZoomOperationLogsFunctionRole"
  }
}

override_resource {
  target = aws_iam_role_policy.schedule
}

variables {
  function_arn      = "arn:aws:lambda:eu-west-1:123456789012:function:zoom_operationlogs_to_s3"
  failure_queue_arn = "arn:aws:sqs:eu-west-1:123456789012:zoom-operationlogs-failures"
}

run "runs_the_function_every_15_minutes" {
  assert {
    condition = alltrue([
      aws_scheduler_schedule.main.name == "zoom-operationlogs-schedule-15min",
      aws_scheduler_schedule.main.schedule_expression == "rate(15 minutes)",
      aws_scheduler_schedule.main.state == "ENABLED",
      one(aws_scheduler_schedule.main.flexible_time_window).mode == "OFF",
    ])
    error_message = "The schedule is not the one expected."
  }

  assert {
    condition = alltrue([
      one(aws_scheduler_schedule.main.target).arn == var.function_arn,
      one(aws_scheduler_schedule.main.target).role_arn == aws_iam_role.schedule.arn,
      one(aws_scheduler_schedule.main.target).input == "{}",
      one(one(aws_scheduler_schedule.main.target).dead_letter_config).arn == var.failure_queue_arn,
    ])
    error_message = "The target is not the one expected."
  }

  assert {
    condition = jsondecode(aws_iam_role.schedule.assume_role_policy).Statement == [{
      Sid       = "SchedulerInvokesTheFunction"
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default" }
      }
    }]
    error_message = "Only the scheduler of this account may assume the role: ${aws_iam_role.schedule.assume_role_policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.schedule.policy).Statement == [
      {
        Sid      = "InvokeTheFunction"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = var.function_arn
      },
      {
        Sid      = "ReportFailedInvocations"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = var.failure_queue_arn
      },
    ]
    error_message = "The role's policy is not the one expected: ${aws_iam_role_policy.schedule.policy}"
  }
}

run "takes_names_interval_and_boundary_as_given" {
  command = plan

  variables {
    title                    = "sign-ins"
    schedule_name            = "collect"
    role_name                = "CollectScheduleRole"
    schedule_expression      = "cron(0/30 * * * ? *)"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = aws_scheduler_schedule.main.name == "collect" && aws_scheduler_schedule.main.schedule_expression == "cron(0/30 * * * ? *)"
    error_message = "The schedule is not the one asked for."
  }

  assert {
    condition     = aws_scheduler_schedule.main.description == "Collects Zoom sign-ins" && aws_iam_role_policy.schedule.name == "invoke-zoom-sign-ins-function"
    error_message = "They must say what is collected."
  }

  assert {
    condition     = aws_iam_role.schedule.name == "CollectScheduleRole" && aws_iam_role.schedule.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The role must have its name and its boundary."
  }
}

run "can_be_paused" {
  command = plan

  variables {
    enabled = false
  }

  assert {
    condition     = aws_scheduler_schedule.main.state == "DISABLED"
    error_message = "The schedule must be off."
  }

  assert {
    condition     = aws_iam_role.schedule.permissions_boundary == null
    error_message = "Nobody asked for a boundary."
  }
}

run "refuses_wrong_inputs" {
  command = plan

  variables {
    title               = "sign-ins."
    schedule_name       = "every 15 minutes"
    role_name           = "role/with/path"
    schedule_expression = "every 15 minutes"
    function_arn        = "zoom_operationlogs_to_s3"
    failure_queue_arn   = "zoom-operationlogs-failures"

    permissions_boundary_arn = "boundary"
  }

  expect_failures = [
    var.title,
    var.schedule_name,
    var.role_name,
    var.schedule_expression,
    var.function_arn,
    var.failure_queue_arn,
    var.permissions_boundary_arn,
  ]
}
