# Whoever uses the bucket by these outputs waits until it is versioned and protected.

output "bucket" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.main.id

  depends_on = [aws_s3_bucket_versioning.main, aws_s3_bucket_policy.main]
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.main.arn
}
