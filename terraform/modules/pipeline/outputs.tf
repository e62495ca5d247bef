output "bucket" {
  description = "Name of the bucket for the logs."
  value       = module.log_bucket.bucket
}

output "bucket_arn" {
  description = "ARN of the bucket for the logs."
  value       = module.log_bucket.bucket_arn
}

output "secret_arn" {
  description = "ARN of the secret for the Zoom credentials."
  value       = module.zoom_credentials.secret_arn
}

output "secret_name" {
  description = "Name of the secret for the Zoom credentials."
  value       = module.zoom_credentials.secret_name
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
  description = "Names of all alarms."
  value       = flatten(values(module.monitoring.alarm_names))
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

output "reports" {
  description = "What each report has of its own: the function, its role, log group, failure queue, schedule and alarms; where the delivered objects (s3_prefix) and the checkpoint (state_key) lie; and, as feed, what to enter in the form for a feed of Google SecOps, keyed as the form words it."
  value = {
    for name, report in local.reports : name => {
      function_name     = module.collector[name].function_name
      function_role_arn = module.collector[name].role_arn
      log_group_name    = module.collector[name].log_group_name
      failure_queue_url = module.collector[name].failure_queue_url
      schedule_name     = module.schedule[name].schedule_name
      s3_prefix         = report.s3_prefix
      state_key         = report.state_key
      alarm_names       = module.monitoring.alarm_names[name]
      feed              = local.feeds[name]
    }
  }
}
