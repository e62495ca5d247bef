# An AWS emulator on this machine. Its credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as they would
# for AWS.
provider "aws" {
  region           = "us-east-1"
  custom_ca_bundle = var.ca_bundle

  # An emulator has no host name per bucket.
  s3_use_path_style = true

  # There is no instance to ask for credentials.
  skip_metadata_api_check = true

  endpoints {
    cloudwatch     = var.aws_endpoint
    iam            = var.aws_endpoint
    kms            = var.aws_endpoint
    lambda         = var.aws_endpoint
    logs           = var.aws_endpoint
    s3             = var.aws_endpoint
    scheduler      = var.aws_endpoint
    secretsmanager = var.aws_endpoint
    sns            = var.aws_endpoint
    sqs            = var.aws_endpoint
    sts            = var.aws_endpoint
  }

  default_tags {
    tags = {
      Application = "zoom-operation-logs"
      Environment = "local"
      ManagedBy   = "terraform"
    }
  }
}
