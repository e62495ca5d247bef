# Whoever invokes the function by these outputs waits until its failures are caught.

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.main.function_name

  depends_on = [aws_lambda_function_event_invoke_config.main]
}

output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.main.arn

  depends_on = [aws_lambda_function_event_invoke_config.main]
}

output "role_arn" {
  description = "ARN of the role that the function runs as."
  value       = aws_iam_role.function.arn
}

output "log_group_name" {
  description = "Log group of the function."
  value       = aws_cloudwatch_log_group.function.name
}

output "failure_queue_arn" {
  description = "ARN of the queue that collects failed invocations."
  value       = aws_sqs_queue.failures.arn
}

output "failure_queue_name" {
  description = "Name of the queue that collects failed invocations."
  value       = aws_sqs_queue.failures.name
}

output "failure_queue_url" {
  description = "URL of the queue that collects failed invocations."
  value       = aws_sqs_queue.failures.url
}
