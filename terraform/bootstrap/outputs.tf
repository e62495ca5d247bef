output "bucket" {
  description = "Name of the bucket for the states."
  value       = module.state_bucket.bucket
}

output "region" {
  description = "Its AWS region."
  value       = data.aws_region.current.name
}

output "backend_configuration" {
  description = "What the roots in terraform/environments need to know of it: the content of backend.tfbackend."
  value       = <<-TFBACKEND
    bucket = "${module.state_bucket.bucket}"
    region = "${data.aws_region.current.name}"
  TFBACKEND
}
