# What an operator looks at first, from above: whether anything rings, whether records arrive, how far behind they are, and what
# that costs. The hours' graphs say what happened; the lines in them are where an alarm rings.

data "aws_region" "current" {}

locals {
  # One metric of the function, as a dashboard takes it: its names and how to draw it.
  metric = {
    for name in [
      "RecordsWritten", "RecordsAlreadyDelivered", "LateRecords", "MisdatedRecords",
      "ZoomRequests", "ZoomRequestsToday", "ZoomRetries", "ZoomThrottled",
      "OpenDays", "FailedDays", "LostDays", "CompleteRuns", "CredentialsRefused",
      "NewestRecordAgeSeconds", "SecondsSinceCompleteRun", "OldestOpenDayAgeSeconds",
    ] : name => [local.namespace, name, "FunctionName", var.function_name]
  }
  lambda = { for name in ["Invocations", "Errors", "Throttles", "Duration"] : name => ["AWS/Lambda", name, "FunctionName", var.function_name] }
  queue  = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.failure_queue_name]

  hour = 60 * 60

  graphs = [
    {
      title = "Records delivered per hour"
      stat  = "Sum"
      metrics = [
        concat(local.metric.RecordsWritten, [{ label = "delivered" }]),
        concat(local.metric.LateRecords, [{ label = "of them late" }]),
        concat(local.metric.MisdatedRecords, [{ label = "dated on another day" }]),
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
        concat(local.metric.NewestRecordAgeSeconds, [{ id = "newest", visible = false }]),
        concat(local.metric.SecondsSinceCompleteRun, [{ id = "complete", visible = false }]),
        concat(local.metric.OldestOpenDayAgeSeconds, [{ id = "open", visible = false }]),
      ]
      lines = [
        { label = "newest record stale", value = var.newest_record_max_age_hours },
        { label = "day cannot settle", value = var.late_arrival_hours + local.settling_hours },
      ]
    },
    {
      title = "Requests to Zoom since midnight UTC"
      stat  = "Maximum"
      metrics = [
        concat(local.metric.ZoomRequestsToday, [{ label = "requests" }]),
      ]
      lines = [
        { label = "budget", value = var.zoom_daily_request_budget },
        { label = "${var.quota_alarm_percent} % of it", value = aws_cloudwatch_metric_alarm.quota_nearly_spent.threshold },
      ]
    },
    {
      title = "Requests to Zoom per hour"
      stat  = "Sum"
      metrics = [
        concat(local.metric.ZoomRequests, [{ label = "requests" }]),
        concat(local.metric.ZoomRetries, [{ label = "of them retries" }]),
        concat(local.metric.ZoomThrottled, [{ label = "answered 429" }]),
        concat(local.metric.RecordsAlreadyDelivered, [{ label = "rows read again", yAxis = "right" }]),
      ]
      lines = []
    },
    {
      title = "Runs per hour"
      stat  = "Sum"
      metrics = [
        concat(local.lambda.Invocations, [{ label = "runs" }]),
        concat(local.metric.CompleteRuns, [{ label = "complete" }]),
        concat(local.lambda.Errors, [{ label = "failed" }]),
        concat(local.metric.CredentialsRefused, [{ label = "credentials refused" }]),
        concat(local.lambda.Throttles, [{ label = "not started: no concurrency" }]),
      ]
      lines = []
    },
    {
      title = "Duration of a run, in milliseconds"
      stat  = "Maximum"
      metrics = [
        concat(local.lambda.Duration, [{ label = "longest" }]),
        concat(local.lambda.Duration, [{ label = "average", stat = "Average" }]),
      ]
      lines = []
    },
    {
      title = "Days"
      stat  = "Maximum"
      metrics = [
        concat(local.metric.OpenDays, [{ label = "open" }]),
        concat(local.metric.FailedDays, [{ label = "failed in a run" }]),
        concat(local.metric.LostDays, [{ label = "lost" }]),
      ]
      lines = []
    },
    {
      title   = "Invocations that failed for good"
      stat    = "Maximum"
      metrics = [concat(local.queue, [{ label = "in the failure queue" }])]
      lines   = []
    },
  ]
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
        height = 3
        properties = {
          title  = "Alarms of ${var.function_name}"
          alarms = local.alarms[*].arn
        }
      }],
      [for index, graph in local.graphs : {
        type   = "metric"
        x      = 12 * (index % 2)
        y      = 3 + 6 * floor(index / 2)
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
