output "bucket" {
  description = "Name of the bucket for the logs."
  value       = module.log_bucket.bucket
}

output "bucket_arn" {
  description = "ARN of the bucket for the logs."
  value       = module.log_bucket.bucket_arn
}

output "s3_prefix" {
  description = "Where the delivered objects go."
  value       = var.s3_prefix
}

output "state_key" {
  description = "Key of the checkpoint."
  value       = var.state_key
}

output "secret_arn" {
  description = "ARN of the secret for the Zoom credentials."
  value       = module.zoom_credentials.secret_arn
}

output "secret_name" {
  description = "Name of the secret for the Zoom credentials."
  value       = module.zoom_credentials.secret_name
}

output "function_name" {
  description = "Name of the function."
  value       = module.collector.function_name
}

output "function_role_arn" {
  description = "ARN of the role that the function runs as."
  value       = module.collector.role_arn
}

output "log_group_name" {
  description = "Log group of the function."
  value       = module.collector.log_group_name
}

output "failure_queue_url" {
  description = "URL of the queue that collects failed invocations."
  value       = module.collector.failure_queue_url
}

output "schedule_name" {
  description = "Name of the schedule."
  value       = module.schedule.schedule_name
}

output "reader_user_name" {
  description = "Name of the user that the feed reads as; null when it assumes a role."
  value       = module.secops_reader.user_name
}

output "reader_role_arn" {
  description = "ARN of the role that the feed assumes; null when it reads as a user."
  value       = module.secops_reader.role_arn
}

output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = module.monitoring.topic_arn
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = module.monitoring.alarm_names
}

output "dashboard_name" {
  description = "Name of the dashboard; null when there is none."
  value       = module.monitoring.dashboard_name
}

output "region" {
  description = "AWS region of everything but the users and roles, which have none."
  value       = data.aws_region.current.name
}

output "kms_key_arn" {
  description = "ARN of the KMS key that the bucket is encrypted with; null when it is S3's own."
  value       = local.kms_key_arn
}

output "feed" {
  description = "What to enter in the form for a feed of Google SecOps, keyed as the form words it."
  value       = merge(local.feed_source, local.feed_authentication[var.reader_access])
}
