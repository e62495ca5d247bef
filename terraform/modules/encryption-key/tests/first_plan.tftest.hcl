# The plan that creates the key, as a root makes it. Only what asks AWS who we are is overridden; planning a key asks nothing.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

run "that_there_is_a_key_is_known_before_it_exists" {
  command = plan

  module {
    source = "./tests/caller"
  }

  override_data {
    target = module.key.data.aws_caller_identity.current
    values = {
      account_id = "123456789012"
    }
  }

  assert {
    condition     = output.is_given_a_key
    error_message = "There is no key."
  }
}
