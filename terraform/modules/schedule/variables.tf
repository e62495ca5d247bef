variable "title" {
  description = "What the records that the function collects are called in descriptions, and in the name of the role's policy."
  type        = string
  default     = "operation logs"

  validation {
    condition     = can(regex("^[a-z][a-z -]{0,62}[a-z]$", var.title))
    error_message = "title takes 2 to 64 lower-case letters, spaces and hyphens, such as \"operation logs\"; got \"${var.title}\"."
  }
}

variable "schedule_name" {
  description = "Name of the schedule."
  type        = string
  default     = "zoom-operationlogs-schedule-15min"

  validation {
    condition     = can(regex("^[0-9A-Za-z_.-]{1,64}$", var.schedule_name))
    error_message = "schedule_name takes 1 to 64 letters, digits, '.', '_' and '-'; got \"${var.schedule_name}\"."
  }
}

variable "role_name" {
  description = "Name of the role that the schedule invokes the function as."
  type        = string
  default     = "InvokeZoomOperationLogsFunctionRole"

  validation {
    condition     = can(regex("^[0-9A-Za-z_+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name takes 1 to 64 letters, digits and _+=,.@-; got \"${var.role_name}\"."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of a policy that bounds what the role may do, where the account demands one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn takes the ARN of an IAM policy, such as \"arn:aws:iam::123456789012:policy/boundary\"; got ${jsonencode(var.permissions_boundary_arn)}."
  }
}

variable "schedule_expression" {
  description = "How often the function runs, as rate(…) or cron(…) in UTC."
  type        = string
  default     = "rate(15 minutes)"

  validation {
    condition     = can(regex("^(rate\\([1-9][0-9]* (minute|minutes|hour|hours|day|days)\\)|cron\\([^()]+\\))$", var.schedule_expression))
    error_message = "schedule_expression takes a rate such as \"rate(15 minutes)\" or a cron expression such as \"cron(0/15 * * * ? *)\"; got \"${var.schedule_expression}\"."
  }
}

variable "enabled" {
  description = "Whether the function runs on schedule. Off, nothing is lost as long as Zoom keeps it: six months."
  type        = bool
  default     = true
}

variable "function_arn" {
  description = "ARN of the function to run."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:lambda:", var.function_arn))
    error_message = "function_arn takes the ARN of a Lambda function; got \"${var.function_arn}\"."
  }
}

variable "failure_queue_arn" {
  description = "ARN of the queue for invocations that Lambda did not accept."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:sqs:", var.failure_queue_arn))
    error_message = "failure_queue_arn takes the ARN of an SQS queue; got \"${var.failure_queue_arn}\"."
  }
}
