mock_provider "aws" {}

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
