# Until there could be several reports, the alarms were those of the operation logs.

moved {
  from = aws_cloudwatch_metric_alarm.function_errors
  to   = aws_cloudwatch_metric_alarm.function_errors["operationlogs"]
}

moved {
  from = aws_cloudwatch_metric_alarm.no_complete_run
  to   = aws_cloudwatch_metric_alarm.no_complete_run["operationlogs"]
}

moved {
  from = aws_cloudwatch_metric_alarm.credentials_refused
  to   = aws_cloudwatch_metric_alarm.credentials_refused["operationlogs"]
}

moved {
  from = aws_cloudwatch_metric_alarm.newest_record_stale
  to   = aws_cloudwatch_metric_alarm.newest_record_stale["operationlogs"]
}

moved {
  from = aws_cloudwatch_metric_alarm.day_cannot_settle
  to   = aws_cloudwatch_metric_alarm.day_cannot_settle["operationlogs"]
}

moved {
  from = aws_cloudwatch_metric_alarm.lost_days
  to   = aws_cloudwatch_metric_alarm.lost_days["operationlogs"]
}

moved {
  from = aws_cloudwatch_metric_alarm.failure_queue_not_empty
  to   = aws_cloudwatch_metric_alarm.failure_queue_not_empty["operationlogs"]
}

moved {
  from = aws_cloudwatch_metric_alarm.quota_nearly_spent
  to   = aws_cloudwatch_metric_alarm.quota_nearly_spent["operationlogs"]
}
