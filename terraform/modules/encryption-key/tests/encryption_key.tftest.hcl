# The provider is the real one, so that policy documents are rendered as they would be in AWS. Every resource and what asks
# AWS who we are is overridden, so that nothing is created and no request leaves this machine.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = {
    account_id = "123456789012"
  }
}

override_resource {
  target = aws_kms_key.main
  values = {
    arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

override_resource {
  target = aws_kms_alias.main
}

variables {
  alias_name = "zoom-operationlogs"
}

run "a_key_for_the_account_that_rotates" {
  assert {
    condition = jsondecode(aws_kms_key.main.policy) == {
      Version = "2012-10-17"
      Statement = [{
        Sid       = "IamPoliciesOfTheAccountDecide"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:root" }
        Action    = "kms:*"
        Resource  = "*"
      }]
    }
    error_message = "The key policy is not the one expected: ${aws_kms_key.main.policy}"
  }

  assert {
    condition     = aws_kms_key.main.enable_key_rotation
    error_message = "The key must rotate."
  }

  assert {
    condition     = aws_kms_key.main.deletion_window_in_days == 30
    error_message = "By default a removed key must be recoverable as long as AWS allows."
  }

  assert {
    condition     = aws_kms_alias.main.target_key_id == aws_kms_key.main.key_id
    error_message = "The alias names another key."
  }

  assert {
    condition     = output.alias_name == "alias/zoom-operationlogs"
    error_message = "Unexpected alias: ${output.alias_name}"
  }

  assert {
    condition     = output.key_arn == "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    error_message = "Unexpected ARN: ${output.key_arn}"
  }
}

run "lets_cloudwatch_logs_in_for_the_groups_given_and_no_other" {
  variables {
    log_group_names = ["/aws/lambda/zoom_operationlogs_to_s3", "/aws/lambda/zoom_operationlogs_to_s3-dev"]
  }

  assert {
    condition = jsondecode(aws_kms_key.main.policy).Statement[1] == {
      Sid       = "CloudWatchLogsEncryptsTheseGroups"
      Effect    = "Allow"
      Principal = { Service = "logs.eu-west-1.amazonaws.com" }
      Action    = ["kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
      Resource  = "*"
      Condition = {
        ArnEquals = {
          "kms:EncryptionContext:aws:logs:arn" = [
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/zoom_operationlogs_to_s3",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/zoom_operationlogs_to_s3-dev",
          ]
        }
      }
    }
    error_message = "The statement for CloudWatch Logs is not the one expected: ${aws_kms_key.main.policy}"
  }

  assert {
    condition     = length(jsondecode(aws_kms_key.main.policy).Statement) == 2
    error_message = "There is a statement too many: ${aws_kms_key.main.policy}"
  }
}

run "the_window_can_be_shortened" {
  command = plan

  variables {
    deletion_window_days = 7
  }

  assert {
    condition     = aws_kms_key.main.deletion_window_in_days == 7
    error_message = "The deletion window is not passed on."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    alias_name           = "alias/zoom-operationlogs"
    log_group_names      = ["/aws/lambda/*"]
    deletion_window_days = 6
  }

  expect_failures = [var.alias_name, var.log_group_names, var.deletion_window_days]
}

run "refuses_other_wrong_values" {
  command = plan

  variables {
    alias_name           = "aws/s3"
    log_group_names      = ["/aws/lambda/good", ""]
    deletion_window_days = 31
  }

  expect_failures = [var.alias_name, var.log_group_names, var.deletion_window_days]
}

run "refuses_spaces_and_half_days" {
  command = plan

  variables {
    alias_name           = "zoom operationlogs"
    deletion_window_days = 7.5
  }

  expect_failures = [var.alias_name, var.deletion_window_days]
}
