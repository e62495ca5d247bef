# What a caller sees of the key in the plan that creates it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

module "key" {
  source = "../.."

  alias_name = "zoom-operationlogs"
}

output "is_given_a_key" {
  description = "Whether the ARN is not null: modules that are given it do one thing with a key and another without."
  value       = module.key.key_arn != null
}
