mock_provider "aws" {
  mock_data "aws_region" {
    defaults = {
      name = "eu-west-1"
    }
  }
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_secretsmanager_secret.main.name == "zoom-operationlogs-credentials"
    error_message = "Unexpected name: ${aws_secretsmanager_secret.main.name}"
  }

  assert {
    condition     = aws_secretsmanager_secret.main.recovery_window_in_days == 30
    error_message = "A deleted secret must be recoverable by default."
  }
}

run "can_be_deleted_at_once" {
  command = plan

  variables {
    recovery_window_days = 0
  }

  assert {
    condition     = aws_secretsmanager_secret.main.recovery_window_in_days == 0
    error_message = "The recovery window is not passed on."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name                 = "zoom operationlogs"
    recovery_window_days = 3
  }

  expect_failures = [var.name, var.recovery_window_days]
}

run "refuses_more_than_thirty_days" {
  command = plan

  variables {
    recovery_window_days = 31
  }

  expect_failures = [var.recovery_window_days]
}

run "without_credentials_there_is_no_version" {
  command = plan

  assert {
    condition     = length(aws_secretsmanager_secret_version.main) == 0
    error_message = "A version without credentials would replace those that were put in."
  }

  assert {
    condition     = length(aws_secretsmanager_secret.main.replica) == 0
    error_message = "No replica was asked for."
  }
}

run "credentials_are_written_and_not_kept" {
  variables {
    credentials         = { account_id = "kept-account", client_id = "kept-client", client_secret = "kept-secret" }
    credentials_version = 3
  }

  assert {
    condition     = aws_secretsmanager_secret_version.main[0].secret_id == aws_secretsmanager_secret.main.id
    error_message = "The credentials go to another secret."
  }

  assert {
    condition     = aws_secretsmanager_secret_version.main[0].secret_string_wo_version == 3
    error_message = "Without its number a new value is not written."
  }

  # This is what the state holds of it. (Its own message would be the leak that it looks for.)
  assert {
    condition     = !strcontains(jsonencode([aws_secretsmanager_secret.main, aws_secretsmanager_secret_version.main]), "kept-")
    error_message = "Credentials lie in the state."
  }
}

run "a_new_number_writes_new_credentials" {
  command = plan

  variables {
    credentials         = { account_id = "kept-account", client_id = "kept-client", client_secret = "kept-other-secret" }
    credentials_version = 4
  }

  assert {
    condition     = aws_secretsmanager_secret_version.main[0].secret_string_wo_version == 4
    error_message = "The new number is not passed on."
  }
}

run "a_replica_can_be_kept" {
  command = plan

  variables {
    replica_region = "eu-central-1"
  }

  assert {
    condition     = aws_secretsmanager_secret.main.replica[*].region == tolist(["eu-central-1"])
    error_message = "There is no replica in the region given."
  }
}

run "refuses_a_replica_in_its_own_region" {
  command = plan

  variables {
    replica_region = "eu-west-1"
  }

  expect_failures = [aws_secretsmanager_secret.main]
}

run "refuses_a_replica_in_no_region" {
  command = plan

  variables {
    replica_region = "Frankfurt"
  }

  expect_failures = [var.replica_region]
}

run "refuses_empty_credentials" {
  command = plan

  variables {
    credentials         = { account_id = "account", client_id = " ", client_secret = "secret" }
    credentials_version = 1
  }

  expect_failures = [var.credentials]
}

run "refuses_credentials_that_were_left_out" {
  command = plan

  variables {
    credentials         = { account_id = "account", client_id = "client", client_secret = null }
    credentials_version = 1
  }

  expect_failures = [var.credentials]
}

run "refuses_credentials_without_a_version" {
  command = plan

  variables {
    credentials = { account_id = "account", client_id = "client", client_secret = "secret" }
  }

  expect_failures = [var.credentials_version]
}

run "refuses_a_version_without_credentials" {
  command = plan

  variables {
    credentials_version = 1
  }

  expect_failures = [var.credentials_version]
}

run "refuses_versions_that_are_no_numbers_to_count_up" {
  command = plan

  variables {
    credentials         = { account_id = "account", client_id = "client", client_secret = "secret" }
    credentials_version = 0
  }

  expect_failures = [var.credentials_version]
}

run "refuses_half_a_version" {
  command = plan

  variables {
    credentials         = { account_id = "account", client_id = "client", client_secret = "secret" }
    credentials_version = 1.5
  }

  expect_failures = [var.credentials_version]
}
