locals {
  # What a function writes into its log as embedded metrics. Each has them under its own name.
  namespace = "ZoomOperationLogs"

  # How much longer than late_arrival_hours a day may need. It settles by a sweep that found nothing new; a late row, or equal
  # rows on two pages, cost one more, and the next is due full_sweep_minutes later. Four sweeps that all failed to settle it
  # are no coincidence. At least a day, so that a backlog has time; at most a week, beyond which no alarm can look back.
  settling_hours = min(max(24, ceil(4 * var.settings.full_sweep_minutes / 60)), 7 * 24)

  # The alarms of each function, in the order in which a dashboard shows them.
  alarms = {
    for report in keys(var.functions) : report => [
      aws_cloudwatch_metric_alarm.function_errors[report],
      aws_cloudwatch_metric_alarm.no_complete_run[report],
      aws_cloudwatch_metric_alarm.credentials_refused[report],
      aws_cloudwatch_metric_alarm.newest_record_stale[report],
      aws_cloudwatch_metric_alarm.day_cannot_settle[report],
      aws_cloudwatch_metric_alarm.lost_days[report],
      aws_cloudwatch_metric_alarm.failure_queue_not_empty[report],
      aws_cloudwatch_metric_alarm.quota_nearly_spent[report],
    ]
  }
}

# What missing data means, alarm by alarm:
# - `breaching` in one alarm, no_complete_run. Nothing arriving at all is one fault, and it should ring once.
# - `ignore` for what the function itself says at every run that gets as far as the checkpoint: silence is no news, so it
#   neither rings such an alarm nor takes back what the last run said.
# - `notBreaching` for what AWS counts: where nothing was invoked nothing failed, and a queue that nobody uses is empty.

# A run that failed has delivered what it could before; still, something is wrong that the next run may not mend.
resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-function-errors"
  alarm_description = "The function failed. Its log says why and names the setting or permission to change."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value.function_name }
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
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-no-complete-run"
  alarm_description = "For an hour no run has read everything that Zoom has. Records are late; none is lost before Zoom forgets it after six months."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "CompleteRuns"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Sum"
  period              = 900
  evaluation_periods  = 4
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
}

# The one failure that never passes by itself, and the one that concerns whoever keeps the Zoom app rather than AWS.
resource "aws_cloudwatch_metric_alarm" "credentials_refused" {
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-credentials-refused"
  alarm_description = "Zoom or Secrets Manager refused the credentials, or there are none. The function's log names the secret, the scope or the role to mend; the run after that delivers what was missed."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "CredentialsRefused"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "ignore"
}

# Runs are complete and bring nothing: Zoom no longer reports, or reports another account.
resource "aws_cloudwatch_metric_alarm" "newest_record_stale" {
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-newest-record-stale"
  alarm_description = "The newest record is older than ${each.value.newest_record_max_age_hours} hours. Check in Zoom whether really nobody changed anything."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "NewestRecordAgeSeconds"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.newest_record_max_age_hours * 60 * 60
  treat_missing_data  = "ignore"
}

# A day that is read again and again and never proven whole: Zoom's pages of it make no sense, or differ each time. After an
# outage, or at a START_DATE in the past, old days are open with good reason; so the alarm wants every run of as many hours to
# say so, in which a day is swept four times. A backlog of more requests than a daily budget may still ring it.
resource "aws_cloudwatch_metric_alarm" "day_cannot_settle" {
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-day-cannot-settle"
  alarm_description = "For ${local.settling_hours} hours a day has been open that ended more than ${var.settings.late_arrival_hours + local.settling_hours} hours before. Look in the function's log for errors of that day; if OpenDays falls, a backlog is being read and will end. Zoom forgets a day after six months."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "OldestOpenDayAgeSeconds"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Minimum"
  period              = 3600
  evaluation_periods  = local.settling_hours
  comparison_operator = "GreaterThanThreshold"
  threshold           = (var.settings.late_arrival_hours + local.settling_hours) * 60 * 60
  treat_missing_data  = "ignore"
}

# The only alarm about records that cannot be had any more. It says nothing when it ends: that mends nothing.
resource "aws_cloudwatch_metric_alarm" "lost_days" {
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-lost-days"
  alarm_description = "Days were closed without having been read to the end, because Zoom no longer reports them. The function's log names the days."
  alarm_actions     = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "LostDays"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "ignore"
}

# A queue reports nothing once it has been empty for six hours.
resource "aws_cloudwatch_metric_alarm" "failure_queue_not_empty" {
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-failure-queue-not-empty"
  alarm_description = "Invocations failed for good. Read the queue's messages for the errors, mend the cause, then purge the queue."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.failure_queue_name }
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
  for_each = var.functions

  alarm_name        = "${each.value.alarm_name_prefix}-quota-nearly-spent"
  alarm_description = "More than ${var.quota_alarm_percent} % of the day's ${var.settings.zoom_daily_request_budget} requests to Zoom are spent."
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = [aws_sns_topic.alarms.arn]

  namespace           = local.namespace
  metric_name         = "ZoomRequestsToday"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = floor(var.settings.zoom_daily_request_budget * var.quota_alarm_percent / 100)
  treat_missing_data  = "ignore"
}
