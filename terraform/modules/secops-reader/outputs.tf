output "user_name" {
  description = "Name of the user that the feed reads as; null when it assumes a role."
  value       = one(aws_iam_user.main[*].name)
}

output "role_arn" {
  description = "ARN of the role that the feed assumes; null when it has an access key."
  value       = one(aws_iam_role.main[*].arn)
}

output "policy_arn" {
  description = "ARN of the policy of the user or role."
  value       = aws_iam_policy.read.arn
}
