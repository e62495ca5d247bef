resource "aws_scheduler_schedule" "main" {
  #checkov:skip=CKV_AWS_297:all there is to encrypt is the input {}

  name        = var.schedule_name
  description = "Collects Zoom ${var.title}"
  state       = var.enabled ? "ENABLED" : "DISABLED"

  schedule_expression          = var.schedule_expression
  schedule_expression_timezone = "UTC"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.function_arn
    role_arn = aws_iam_role.schedule.arn
    # An ordinary run; days to replay are asked for by hand.
    input = jsonencode({})

    # For an invocation that Lambda did not accept, throttled for instance. An event as old as the next one is dropped.
    retry_policy {
      maximum_retry_attempts       = 3
      maximum_event_age_in_seconds = 900
    }

    dead_letter_config {
      arn = var.failure_queue_arn
    }
  }

  # Without its policy the first invocation would fail.
  depends_on = [aws_iam_role_policy.schedule]
}
