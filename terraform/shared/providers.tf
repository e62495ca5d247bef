provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Application = "zoom-operation-logs"
      Environment = local.environment
      ManagedBy   = "terraform"
    }
  }
}
