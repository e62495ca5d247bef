output "user_name" {
  description = "Name of the user that the feed reads as."
  value       = aws_iam_user.main.name
}

output "policy_arn" {
  description = "ARN of the user's policy."
  value       = aws_iam_policy.read.arn
}
