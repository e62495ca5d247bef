output "schedule_name" {
  description = "Name of the schedule."
  value       = aws_scheduler_schedule.main.name
}

output "schedule_arn" {
  description = "ARN of the schedule."
  value       = aws_scheduler_schedule.main.arn
}

output "role_arn" {
  description = "ARN of the role that the schedule invokes the function as."
  value       = aws_iam_role.schedule.arn
}
