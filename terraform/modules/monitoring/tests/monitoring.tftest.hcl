mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = {
      arn = "arn:aws:sns:eu-west-1:123456789012:zoom-operationlogs-alarms"
    }
  }
}

variables {
  function_name      = "zoom_operationlogs_to_s3"
  failure_queue_name = "zoom-operationlogs-failures"
}

run "every_alarm_reaches_somebody" {
  variables {
    alarm_emails = ["soc@example.com", "oncall@example.com"]
  }

  assert {
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors,
        aws_cloudwatch_metric_alarm.no_complete_run,
        aws_cloudwatch_metric_alarm.newest_record_stale,
        aws_cloudwatch_metric_alarm.lost_days,
        aws_cloudwatch_metric_alarm.failure_queue_not_empty,
        aws_cloudwatch_metric_alarm.quota_nearly_spent,
      ] : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn])
    ])
    error_message = "Every alarm must be sent to the topic."
  }

  assert {
    condition     = { for subscription in aws_sns_topic_subscription.email : subscription.endpoint => subscription.protocol } == { "soc@example.com" = "email", "oncall@example.com" = "email" }
    error_message = "Every address must be subscribed."
  }
}

run "watches_this_function_and_queue" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors,
        aws_cloudwatch_metric_alarm.no_complete_run,
        aws_cloudwatch_metric_alarm.newest_record_stale,
        aws_cloudwatch_metric_alarm.lost_days,
        aws_cloudwatch_metric_alarm.quota_nearly_spent,
      ] : alarm.dimensions == tomap({ FunctionName = "zoom_operationlogs_to_s3" })
    ])
    error_message = "An alarm without the function's dimension never sees its metric."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.failure_queue_not_empty.dimensions == tomap({ QueueName = "zoom-operationlogs-failures" })
    error_message = "The alarm must watch the failure queue."
  }

  assert {
    condition = {
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors,
        aws_cloudwatch_metric_alarm.no_complete_run,
        aws_cloudwatch_metric_alarm.newest_record_stale,
        aws_cloudwatch_metric_alarm.lost_days,
        aws_cloudwatch_metric_alarm.failure_queue_not_empty,
        aws_cloudwatch_metric_alarm.quota_nearly_spent,
      ] : "${alarm.namespace} ${alarm.metric_name}" => alarm.treat_missing_data
      } == {
      "AWS/Lambda Errors"                          = "notBreaching"
      "ZoomOperationLogs CompleteRuns"             = "breaching"
      "ZoomOperationLogs NewestRecordAgeSeconds"   = "notBreaching"
      "ZoomOperationLogs LostDays"                 = "notBreaching"
      "AWS/SQS ApproximateNumberOfMessagesVisible" = "notBreaching"
      "ZoomOperationLogs ZoomRequestsToday"        = "notBreaching"
    }
    error_message = "Silence must ring exactly one alarm, and the metrics must be those that the function writes."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.no_complete_run.period * aws_cloudwatch_metric_alarm.no_complete_run.evaluation_periods == 3600
    error_message = "An hour without a complete run must ring."
  }
}

run "thresholds_follow_the_inputs" {
  command = plan

  variables {
    newest_record_max_age_hours = 24
    zoom_daily_request_budget   = 30000
    quota_alarm_percent         = 50
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.newest_record_stale.threshold == 86400 && aws_cloudwatch_metric_alarm.quota_nearly_spent.threshold == 15000
    error_message = "The thresholds do not follow the inputs."
  }
}

run "without_a_budget_the_functions_own_holds" {
  command = plan

  variables {
    zoom_daily_request_budget = null
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.quota_nearly_spent.threshold == 8000
    error_message = "80 % of 10000 requests were expected."
  }
}

run "refuses_wrong_inputs" {
  command = plan

  variables {
    topic_name                  = "alarms.fifo"
    alarm_name_prefix           = "zoom operationlogs"
    alarm_emails                = ["soc"]
    newest_record_max_age_hours = 0
    zoom_daily_request_budget   = 0
    quota_alarm_percent         = 100
  }

  expect_failures = [
    var.topic_name,
    var.alarm_name_prefix,
    var.alarm_emails,
    var.newest_record_max_age_hours,
    var.zoom_daily_request_budget,
    var.quota_alarm_percent,
  ]
}
