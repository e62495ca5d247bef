output "bucket" {
  description = "Name of the bucket for the logs."
  value       = module.pipeline.bucket
}

output "bucket_arn" {
  description = "ARN of the bucket for the logs."
  value       = module.pipeline.bucket_arn
}

output "s3_prefix" {
  description = "Where the delivered objects go."
  value       = module.pipeline.s3_prefix
}

output "state_key" {
  description = "Key of the checkpoint."
  value       = module.pipeline.state_key
}

output "secret_arn" {
  description = "ARN of the secret for the Zoom credentials."
  value       = module.pipeline.secret_arn
}

output "secret_name" {
  description = "Name of the secret for the Zoom credentials."
  value       = module.pipeline.secret_name
}

output "function_name" {
  description = "Name of the function."
  value       = module.pipeline.function_name
}

output "function_role_arn" {
  description = "ARN of the role that the function runs as."
  value       = module.pipeline.function_role_arn
}

output "log_group_name" {
  description = "Log group of the function."
  value       = module.pipeline.log_group_name
}

output "failure_queue_url" {
  description = "URL of the queue that collects failed invocations."
  value       = module.pipeline.failure_queue_url
}

output "schedule_name" {
  description = "Name of the schedule."
  value       = module.pipeline.schedule_name
}

output "reader_user_name" {
  description = "Name of the user that the feed reads as."
  value       = module.pipeline.reader_user_name
}

output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = module.pipeline.alarm_topic_arn
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = module.pipeline.alarm_names
}

output "feed" {
  description = "What to enter in the Google SecOps feed (source type Amazon S3 V2, log type Zoom Operation Logs)."
  value       = module.pipeline.feed
}
