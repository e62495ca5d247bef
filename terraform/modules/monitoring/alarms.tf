locals {
  # What the function writes into its log as embedded metrics.
  namespace = "ZoomOperationLogs"
  function  = { FunctionName = var.function_name }
}

# A run that failed has delivered what it could before; still, something is wrong that the next run may not mend.
resource "aws_cloudwatch_metric_alarm" "function_errors" {
  alarm_name        = "${var.alarm_name_prefix}-function-errors"
  alarm_description = "The function failed. Its log says why and names the setting or permission to change."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = local.function
  statistic           = "Sum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
}

# The watch over everything else: whether the schedule is off, the function does not start, Zoom is down or the quota is
# spent, no run is complete. Silence is a failure too, so missing data rings.
resource "aws_cloudwatch_metric_alarm" "no_complete_run" {
  alarm_name        = "${var.alarm_name_prefix}-no-complete-run"
  alarm_description = "For an hour no run has read everything that Zoom has. Records are late; none is lost before Zoom forgets it after six months."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "CompleteRuns"
  dimensions          = local.function
  statistic           = "Sum"
  period              = 900
  evaluation_periods  = 4
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
}

# Runs are complete and bring nothing: Zoom no longer reports, or reports another account. Missing data is the business
# of the alarm above.
resource "aws_cloudwatch_metric_alarm" "newest_record_stale" {
  alarm_name        = "${var.alarm_name_prefix}-newest-record-stale"
  alarm_description = "The newest record is older than ${var.newest_record_max_age_hours} hours. Check in Zoom whether really nobody changed anything."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "NewestRecordAgeSeconds"
  dimensions          = local.function
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.newest_record_max_age_hours * 60 * 60
  treat_missing_data  = "notBreaching"
}

# The only alarm about records that cannot be had any more.
resource "aws_cloudwatch_metric_alarm" "lost_days" {
  alarm_name        = "${var.alarm_name_prefix}-lost-days"
  alarm_description = "Days were closed without having been read to the end, because Zoom no longer reports them. The function's log names the days."
  alarm_actions     = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "LostDays"
  dimensions          = local.function
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
}

# A queue that nobody uses reports nothing, and that is good.
resource "aws_cloudwatch_metric_alarm" "failure_queue_not_empty" {
  alarm_name        = "${var.alarm_name_prefix}-failure-queue-not-empty"
  alarm_description = "Invocations failed for good. Read the queue's messages for the errors, mend the cause, then purge the queue."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = var.failure_queue_name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
}

# At the budget the function stops until midnight UTC, so this rings while there is still time to find out why it asks
# so much, or to raise the budget. The quota is the whole Zoom account's: other apps feel it, too.
resource "aws_cloudwatch_metric_alarm" "quota_nearly_spent" {
  alarm_name        = "${var.alarm_name_prefix}-quota-nearly-spent"
  alarm_description = "More than ${var.quota_alarm_percent} % of the day's ${var.zoom_daily_request_budget} requests to Zoom are spent."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "ZoomRequestsToday"
  dimensions          = local.function
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = floor(var.zoom_daily_request_budget * var.quota_alarm_percent / 100)
  treat_missing_data  = "notBreaching"
}
