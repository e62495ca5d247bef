output "topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}

output "alarm_names" {
  description = "Names of the alarms, by the report that they watch over."
  value       = { for report, alarms in local.alarms : report => alarms[*].alarm_name }
}

output "dashboard_name" {
  description = "Name of the dashboard; null where there is none."
  value       = one(aws_cloudwatch_dashboard.main[*].dashboard_name)
}
