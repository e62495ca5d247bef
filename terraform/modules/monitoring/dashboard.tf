# What an operator looks at first, from above: whether anything rings, and then of each report whether records arrive, how far
# behind they are, and what that costs. The hours' graphs say what happened; the lines in them are where an alarm rings.

data "aws_region" "current" {}

locals {
  # One metric of a function, as a dashboard takes it: its names and how to draw it.
  metrics = {
    for report, function in var.functions : report => {
      for name in [
        "RecordsWritten", "RecordsAlreadyDelivered", "LateRecords", "MisdatedRecords",
        "ZoomRequests", "ZoomRequestsToday", "ZoomRetries", "ZoomThrottled",
        "OpenDays", "FailedDays", "LostDays", "CompleteRuns", "CredentialsRefused",
        "NewestRecordAgeSeconds", "SecondsSinceCompleteRun", "OldestOpenDayAgeSeconds",
      ] : name => [local.namespace, name, "FunctionName", function.function_name]
    }
  }
  lambda = {
    for report, function in var.functions : report => {
      for name in ["Invocations", "Errors", "Throttles", "Duration"] : name => ["AWS/Lambda", name, "FunctionName", function.function_name]
    }
  }
  queue = {
    for report, function in var.functions : report => ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", function.failure_queue_name]
  }

  hour = 60 * 60

  graphs = {
    for report, function in var.functions : report => [
      {
        title = "Records delivered per hour"
        stat  = "Sum"
        metrics = [
          concat(local.metrics[report].RecordsWritten, [{ label = "delivered" }]),
          concat(local.metrics[report].LateRecords, [{ label = "of them late" }]),
          concat(local.metrics[report].MisdatedRecords, [{ label = "dated on another day" }]),
        ]
        lines = []
      },
      {
        title = "Lag, in hours"
        stat  = "Maximum"
        metrics = [
          [{ expression = "newest / 3600", label = "age of the newest record" }],
          [{ expression = "complete / 3600", label = "since a complete run" }],
          [{ expression = "open / 3600", label = "since the oldest open day ended" }],
          concat(local.metrics[report].NewestRecordAgeSeconds, [{ id = "newest", visible = false }]),
          concat(local.metrics[report].SecondsSinceCompleteRun, [{ id = "complete", visible = false }]),
          concat(local.metrics[report].OldestOpenDayAgeSeconds, [{ id = "open", visible = false }]),
        ]
        lines = [
          { label = "newest record stale", value = function.newest_record_max_age_hours },
          { label = "day cannot settle", value = var.settings.late_arrival_hours + local.settling_hours },
        ]
      },
      {
        title = "Requests to Zoom since midnight UTC"
        stat  = "Maximum"
        metrics = [
          concat(local.metrics[report].ZoomRequestsToday, [{ label = "requests" }]),
        ]
        lines = [
          { label = "budget", value = var.settings.zoom_daily_request_budget },
          { label = "${var.quota_alarm_percent} % of it", value = aws_cloudwatch_metric_alarm.quota_nearly_spent[report].threshold },
        ]
      },
      {
        title = "Requests to Zoom per hour"
        stat  = "Sum"
        metrics = [
          concat(local.metrics[report].ZoomRequests, [{ label = "requests" }]),
          concat(local.metrics[report].ZoomRetries, [{ label = "of them retries" }]),
          concat(local.metrics[report].ZoomThrottled, [{ label = "answered 429" }]),
          concat(local.metrics[report].RecordsAlreadyDelivered, [{ label = "rows read again", yAxis = "right" }]),
        ]
        lines = []
      },
      {
        title = "Runs per hour"
        stat  = "Sum"
        metrics = [
          concat(local.lambda[report].Invocations, [{ label = "runs" }]),
          concat(local.metrics[report].CompleteRuns, [{ label = "complete" }]),
          concat(local.lambda[report].Errors, [{ label = "failed" }]),
          concat(local.metrics[report].CredentialsRefused, [{ label = "credentials refused" }]),
          concat(local.lambda[report].Throttles, [{ label = "not started: no concurrency" }]),
        ]
        lines = []
      },
      {
        title = "Duration of a run, in milliseconds"
        stat  = "Maximum"
        metrics = [
          concat(local.lambda[report].Duration, [{ label = "longest" }]),
          concat(local.lambda[report].Duration, [{ label = "average", stat = "Average" }]),
        ]
        lines = []
      },
      {
        title = "Days"
        stat  = "Maximum"
        metrics = [
          concat(local.metrics[report].OpenDays, [{ label = "open" }]),
          concat(local.metrics[report].FailedDays, [{ label = "failed in a run" }]),
          concat(local.metrics[report].LostDays, [{ label = "lost" }]),
        ]
        lines = []
      },
      {
        title   = "Invocations that failed for good"
        stat    = "Maximum"
        metrics = [concat(local.queue[report], [{ label = "in the failure queue" }])]
        lines   = []
      },
    ]
  }

  # Where the graphs begin: below the alarms' title and two rows of alarms for each report.
  alarms_height = 1 + 2 * length(var.functions)

  # The reports stand below one another; each has its graphs in two columns.
  sections = concat([
    for place, report in keys(var.functions) : [
      for index, graph in local.graphs[report] : merge(graph, {
        title = length(var.functions) == 1 ? graph.title : "${report}: ${graph.title}"
        x     = 12 * (index % 2)
        y     = local.alarms_height + 6 * (ceil(length(local.graphs[report]) / 2) * place + floor(index / 2))
      })
    ]
  ]...)
}

resource "aws_cloudwatch_dashboard" "main" {
  count = var.dashboard_enabled ? 1 : 0

  dashboard_name = var.dashboard_name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type   = "alarm"
        x      = 0
        y      = 0
        width  = 24
        height = local.alarms_height
        properties = {
          title  = "Alarms of ${join(" and ", values(var.functions)[*].function_name)}"
          alarms = concat(values(local.alarms)...)[*].arn
        }
      }],
      [for graph in local.sections : {
        type   = "metric"
        x      = graph.x
        y      = graph.y
        width  = 12
        height = 6
        properties = {
          title       = graph.title
          view        = "timeSeries"
          region      = data.aws_region.current.name
          period      = local.hour
          stat        = graph.stat
          metrics     = graph.metrics
          yAxis       = { left = { min = 0 } }
          annotations = { horizontal = graph.lines }
        }
      }],
    )
  })
}
