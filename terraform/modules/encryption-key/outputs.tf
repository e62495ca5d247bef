output "key_arn" {
  description = "ARN of the key."
  # What comes out of a function is known not to be null. So `kms_key_arn == null` has an answer in the plan that creates the
  # key, and what depends on it is shown there.
  value = coalesce(aws_kms_key.main.arn)
}

output "alias_name" {
  description = "The key's alias, \"alias/\" included."
  value       = aws_kms_alias.main.name
}
