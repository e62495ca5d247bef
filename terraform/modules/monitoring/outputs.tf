output "topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}

output "alarm_names" {
  description = "Names of the alarms."
  value = [
    aws_cloudwatch_metric_alarm.function_errors.alarm_name,
    aws_cloudwatch_metric_alarm.no_complete_run.alarm_name,
    aws_cloudwatch_metric_alarm.newest_record_stale.alarm_name,
    aws_cloudwatch_metric_alarm.lost_days.alarm_name,
    aws_cloudwatch_metric_alarm.failure_queue_not_empty.alarm_name,
    aws_cloudwatch_metric_alarm.quota_nearly_spent.alarm_name,
  ]
}
