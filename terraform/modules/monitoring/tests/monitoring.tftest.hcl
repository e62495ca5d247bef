mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = {
      arn = "arn:aws:sns:eu-west-1:123456789012:zoom-operationlogs-alarms"
    }
  }

  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = {
      arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:one-of-them"
    }
  }

  mock_data "aws_region" {
    defaults = {
      name = "eu-west-1"
    }
  }
}

variables {
  functions = {
    operationlogs = {
      function_name      = "zoom_operationlogs_to_s3"
      failure_queue_name = "zoom-operationlogs-failures"
      alarm_name_prefix  = "zoom-operationlogs"
    }
  }
}

run "every_alarm_reaches_somebody" {
  variables {
    alarm_emails = ["soc@example.com", "oncall@example.com"]
  }

  assert {
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors["operationlogs"],
        aws_cloudwatch_metric_alarm.no_complete_run["operationlogs"],
        aws_cloudwatch_metric_alarm.credentials_refused["operationlogs"],
        aws_cloudwatch_metric_alarm.newest_record_stale["operationlogs"],
        aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"],
        aws_cloudwatch_metric_alarm.lost_days["operationlogs"],
        aws_cloudwatch_metric_alarm.failure_queue_not_empty["operationlogs"],
        aws_cloudwatch_metric_alarm.quota_nearly_spent["operationlogs"],
      ] : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn])
    ])
    error_message = "Every alarm must be sent to the topic."
  }

  assert {
    condition     = { for subscription in aws_sns_topic_subscription.email : subscription.endpoint => subscription.protocol } == { "soc@example.com" = "email", "oncall@example.com" = "email" }
    error_message = "Every address must be subscribed."
  }

  assert {
    condition     = toset([for alarm in local.alarms["operationlogs"] : alarm.ok_actions == toset([aws_sns_topic.alarms.arn]) if alarm.metric_name != "LostDays"]) == toset([true])
    error_message = "Every alarm but that of lost days must say when it ends."
  }

  assert {
    condition = toset(output.alarm_names["operationlogs"]) == toset([
      for alarm in [
        "function-errors", "no-complete-run", "credentials-refused", "newest-record-stale",
        "day-cannot-settle", "lost-days", "failure-queue-not-empty", "quota-nearly-spent",
      ] : "zoom-operationlogs-${alarm}"
    ])
    error_message = "Unexpected names: ${jsonencode(output.alarm_names)}"
  }
}

run "nobody_is_told_unless_asked" {
  command = plan

  assert {
    condition     = aws_sns_topic.alarms.name == "zoom-operationlogs-alarms" && length(aws_sns_topic_subscription.email) == 0
    error_message = "There is a topic, and nobody subscribes to it."
  }
}

run "watches_this_function_and_queue" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors["operationlogs"],
        aws_cloudwatch_metric_alarm.no_complete_run["operationlogs"],
        aws_cloudwatch_metric_alarm.credentials_refused["operationlogs"],
        aws_cloudwatch_metric_alarm.newest_record_stale["operationlogs"],
        aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"],
        aws_cloudwatch_metric_alarm.lost_days["operationlogs"],
        aws_cloudwatch_metric_alarm.quota_nearly_spent["operationlogs"],
      ] : alarm.dimensions == tomap({ FunctionName = "zoom_operationlogs_to_s3" })
    ])
    error_message = "An alarm without the function's dimension never sees its metric."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.failure_queue_not_empty["operationlogs"].dimensions == tomap({ QueueName = "zoom-operationlogs-failures" })
    error_message = "The alarm must watch the failure queue."
  }

  assert {
    condition = {
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors["operationlogs"],
        aws_cloudwatch_metric_alarm.no_complete_run["operationlogs"],
        aws_cloudwatch_metric_alarm.credentials_refused["operationlogs"],
        aws_cloudwatch_metric_alarm.newest_record_stale["operationlogs"],
        aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"],
        aws_cloudwatch_metric_alarm.lost_days["operationlogs"],
        aws_cloudwatch_metric_alarm.failure_queue_not_empty["operationlogs"],
        aws_cloudwatch_metric_alarm.quota_nearly_spent["operationlogs"],
      ] : "${alarm.namespace} ${alarm.metric_name}" => alarm.treat_missing_data
      } == {
      "AWS/Lambda Errors"                          = "notBreaching"
      "ZoomOperationLogs CompleteRuns"             = "breaching"
      "ZoomOperationLogs CredentialsRefused"       = "ignore"
      "ZoomOperationLogs NewestRecordAgeSeconds"   = "ignore"
      "ZoomOperationLogs OldestOpenDayAgeSeconds"  = "ignore"
      "ZoomOperationLogs LostDays"                 = "ignore"
      "AWS/SQS ApproximateNumberOfMessagesVisible" = "notBreaching"
      "ZoomOperationLogs ZoomRequestsToday"        = "ignore"
    }
    error_message = "Silence must ring exactly one alarm, and the metrics must be those that the function writes."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.no_complete_run["operationlogs"].period * aws_cloudwatch_metric_alarm.no_complete_run["operationlogs"].evaluation_periods == 3600
    error_message = "An hour without a complete run must ring."
  }
}

run "a_day_has_four_sweeps_to_settle" {
  command = plan

  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].threshold == (48 + 24) * 3600,
      aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].period == 3600,
      aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].evaluation_periods == 24,
      aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].statistic == "Minimum",
    ])
    error_message = "By default a day has 48 hours for late records and a day to settle."
  }
}

run "where_sweeps_are_rare_it_has_longer" {
  command = plan

  variables {
    settings = { late_arrival_hours = 72, full_sweep_minutes = 725 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].threshold == (72 + 49) * 3600 && aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].evaluation_periods == 49
    error_message = "Four sweeps of 725 minutes are 49 hours, begun ones included."
  }
}

run "no_alarm_looks_back_for_more_than_a_week" {
  command = plan

  variables {
    settings = { full_sweep_minutes = 10080 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].evaluation_periods * aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].period == 604800
    error_message = "CloudWatch refuses an alarm that looks back for more than a week."
  }
}

run "where_every_run_sweeps_a_backlog_still_has_a_day" {
  command = plan

  variables {
    settings = { late_arrival_hours = 0, full_sweep_minutes = 0 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].threshold == 86400 && aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].evaluation_periods == 24
    error_message = "A day was expected."
  }
}

run "the_dashboard_begins_with_the_alarms" {
  assert {
    condition     = output.dashboard_name == "zoom-operationlogs"
    error_message = "Unexpected name: ${jsonencode(output.dashboard_name)}"
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets : widget.type] == concat(["alarm"], [for graph in local.graphs["operationlogs"] : "metric"])
    error_message = "The alarms come first, then the graphs."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets[0].properties.alarms == local.alarms["operationlogs"][*].arn && length(local.alarms["operationlogs"]) == 8
    error_message = "Every alarm must be on the dashboard."
  }

  # What CloudWatch would refuse or draw over one another.
  assert {
    condition = alltrue([
      for index, widget in slice(jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets, 1, 9) : alltrue([
        widget.x == [0, 12][index % 2], widget.y == 3 + 6 * floor(index / 2), widget.width == 12, widget.height == 6,
        widget.properties.region == "eu-west-1",
      ])
    ])
    error_message = "The graphs stand in two columns, each in the region of its metrics."
  }

  assert {
    condition = {
      for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets :
      widget.properties.title => [for line in widget.properties.annotations.horizontal : line.value]
      if length(try(widget.properties.annotations.horizontal, [])) > 0
      } == {
      "Lag, in hours"                       = [96, 72]
      "Requests to Zoom since midnight UTC" = [10000, 8000]
    }
    error_message = "The lines must stand where the alarms ring."
  }
}

run "each_report_has_its_alarms_and_its_graphs" {
  variables {
    settings = { zoom_daily_request_budget = 5000 }
    functions = {
      operationlogs = {
        function_name      = "zoom_operationlogs_to_s3"
        failure_queue_name = "zoom-operationlogs-failures"
        alarm_name_prefix  = "zoom-operationlogs"
      }
      activities = {
        function_name               = "zoom_activities_to_s3"
        failure_queue_name          = "zoom-activities-failures"
        alarm_name_prefix           = "zoom-activities"
        newest_record_max_age_hours = 24
      }
    }
  }

  assert {
    condition = {
      for report, alarms in local.alarms : report => {
        names      = toset([for alarm in alarms : trimprefix(alarm.alarm_name, "zoom-${report}-")])
        actions    = toset([for alarm in alarms : one(alarm.alarm_actions)])
        dimensions = toset([for alarm in alarms : one(values(alarm.dimensions))])
      }
      } == {
      for report in ["activities", "operationlogs"] : report => {
        names = toset([
          "function-errors", "no-complete-run", "credentials-refused", "newest-record-stale",
          "day-cannot-settle", "lost-days", "failure-queue-not-empty", "quota-nearly-spent",
        ])
        actions    = toset([aws_sns_topic.alarms.arn])
        dimensions = toset(["zoom_${report}_to_s3", "zoom-${report}-failures"])
      }
    }
    error_message = "Each report has all alarms, about its own function and queue, to the one topic: ${jsonencode(local.alarms)}"
  }

  assert {
    condition = [
      aws_cloudwatch_metric_alarm.newest_record_stale["operationlogs"].threshold,
      aws_cloudwatch_metric_alarm.newest_record_stale["activities"].threshold,
      aws_cloudwatch_metric_alarm.quota_nearly_spent["operationlogs"].threshold,
      aws_cloudwatch_metric_alarm.quota_nearly_spent["activities"].threshold,
    ] == [96 * 3600, 24 * 3600, 4000, 4000]
    error_message = "Each report has an age of its own, and the budget is of each function."
  }

  assert {
    condition     = output.alarm_names["activities"] == [for name in output.alarm_names["operationlogs"] : replace(name, "zoom-operationlogs-", "zoom-activities-")]
    error_message = "Unexpected names: ${jsonencode(output.alarm_names)}"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets[0].properties.alarms == concat(local.alarms["activities"][*].arn, local.alarms["operationlogs"][*].arn) && length(local.alarms["activities"]) == 8
    error_message = "Every alarm must be on the dashboard."
  }

  # Each report has the graphs that it would have alone, under its name.
  assert {
    condition = [for widget in slice(jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets, 1, 17) : widget.properties.title] == concat(
      [for graph in local.graphs["activities"] : "activities: ${graph.title}"],
      [for graph in local.graphs["operationlogs"] : "operationlogs: ${graph.title}"],
    )
    error_message = "Unexpected graphs: ${aws_cloudwatch_dashboard.main[0].dashboard_body}"
  }

  assert {
    condition = alltrue([
      for index, widget in slice(jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets, 1, 17) : alltrue([
        widget.x == [0, 12][index % 2], widget.y == 5 + 6 * floor(index / 2), widget.width == 12, widget.height == 6,
        alltrue([
          for metric in widget.properties.metrics :
          strcontains(metric[3], ["activities", "operationlogs"][floor(index / 8)]) if length(metric) > 1
        ]),
      ])
    ])
    error_message = "A graph stands upon another or shows another report: ${aws_cloudwatch_dashboard.main[0].dashboard_body}"
  }
}

run "the_dashboard_can_be_left_out" {
  variables {
    dashboard_enabled = false
  }

  assert {
    condition     = length(aws_cloudwatch_dashboard.main) == 0 && output.dashboard_name == null
    error_message = "There must be no dashboard."
  }
}

run "takes_names_as_given" {
  variables {
    topic_name     = "soc"
    dashboard_name = "audit-logs"
    functions = {
      operationlogs = {
        function_name      = "zoom_operationlogs_to_s3"
        failure_queue_name = "zoom-operationlogs-failures"
        alarm_name_prefix  = "audit"
      }
    }
  }

  assert {
    condition     = aws_sns_topic.alarms.name == "soc" && aws_cloudwatch_dashboard.main[0].dashboard_name == "audit-logs" && alltrue([for name in output.alarm_names["operationlogs"] : startswith(name, "audit-")])
    error_message = "The names are not those given."
  }
}

run "thresholds_follow_the_inputs" {
  command = plan

  variables {
    quota_alarm_percent = 50
    settings            = { zoom_daily_request_budget = 30000 }
    functions = {
      operationlogs = {
        function_name               = "zoom_operationlogs_to_s3"
        failure_queue_name          = "zoom-operationlogs-failures"
        alarm_name_prefix           = "zoom-operationlogs"
        newest_record_max_age_hours = 24
      }
    }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.newest_record_stale["operationlogs"].threshold == 86400 && aws_cloudwatch_metric_alarm.quota_nearly_spent["operationlogs"].threshold == 15000
    error_message = "The thresholds do not follow the inputs."
  }
}

run "what_is_not_set_is_as_the_function_has_it" {
  command = plan

  variables {
    settings = { late_arrival_hours = null, full_sweep_minutes = null, zoom_daily_request_budget = null }
    functions = {
      operationlogs = {
        function_name               = "zoom_operationlogs_to_s3"
        failure_queue_name          = "zoom-operationlogs-failures"
        alarm_name_prefix           = "zoom-operationlogs"
        newest_record_max_age_hours = null
      }
    }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.quota_nearly_spent["operationlogs"].threshold == 8000
    error_message = "80 % of 10000 requests were expected."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.newest_record_stale["operationlogs"].threshold == 96 * 3600
    error_message = "96 hours were expected."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"].threshold == 72 * 3600
    error_message = "48 hours and four times 360 minutes were expected."
  }
}

run "refuses_wrong_inputs" {
  command = plan

  variables {
    topic_name          = "alarms.fifo"
    alarm_emails        = ["soc"]
    dashboard_name      = "zoom operationlogs"
    functions           = {}
    settings            = { late_arrival_hours = -1 }
    quota_alarm_percent = 100
  }

  expect_failures = [
    var.topic_name,
    var.alarm_emails,
    var.dashboard_name,
    var.functions,
    var.settings,
    var.quota_alarm_percent,
  ]
}

# A run tells only that a variable was refused, not for which of its attributes; so each has its run.

run "refuses_the_arn_of_a_function" {
  command = plan

  variables {
    functions = {
      operationlogs = {
        function_name      = "arn:aws:lambda:eu-west-1:123456789012:function:zoom_operationlogs_to_s3"
        failure_queue_name = "zoom-operationlogs-failures"
        alarm_name_prefix  = "zoom-operationlogs"
      }
    }
  }

  expect_failures = [var.functions]
}

run "refuses_the_address_of_a_queue" {
  command = plan

  variables {
    functions = {
      operationlogs = {
        function_name      = "zoom_operationlogs_to_s3"
        failure_queue_name = "https://sqs.eu-west-1.amazonaws.com/123456789012/zoom-operationlogs-failures"
        alarm_name_prefix  = "zoom-operationlogs"
      }
    }
  }

  expect_failures = [var.functions]
}

run "refuses_alarms_with_spaces" {
  command = plan

  variables {
    functions = {
      operationlogs = {
        function_name      = "zoom_operationlogs_to_s3"
        failure_queue_name = "zoom-operationlogs-failures"
        alarm_name_prefix  = "zoom operationlogs"
      }
    }
  }

  expect_failures = [var.functions]
}

run "refuses_a_record_that_is_stale_at_once" {
  command = plan

  variables {
    functions = {
      operationlogs = {
        function_name               = "zoom_operationlogs_to_s3"
        failure_queue_name          = "zoom-operationlogs-failures"
        alarm_name_prefix           = "zoom-operationlogs"
        newest_record_max_age_hours = 0
      }
    }
  }

  expect_failures = [var.functions]
}

run "refuses_sweeps_in_the_past" {
  command = plan

  variables {
    settings = { full_sweep_minutes = -1 }
  }

  expect_failures = [var.settings]
}

run "refuses_no_budget" {
  command = plan

  variables {
    settings = { zoom_daily_request_budget = 0 }
  }

  expect_failures = [var.settings]
}

run "refuses_the_same_alarms_for_two" {
  command = plan

  variables {
    functions = {
      operationlogs = {
        function_name      = "zoom_operationlogs_to_s3"
        failure_queue_name = "zoom-operationlogs-failures"
        alarm_name_prefix  = "zoom"
      }
      activities = {
        function_name      = "zoom_activities_to_s3"
        failure_queue_name = "zoom-activities-failures"
        alarm_name_prefix  = "zoom"
      }
    }
  }

  expect_failures = [var.functions]
}
