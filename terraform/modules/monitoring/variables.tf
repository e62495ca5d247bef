variable "topic_name" {
  description = "Name of the topic that alarms are sent to."
  type        = string
  default     = "zoom-operationlogs-alarms"

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,256}$", var.topic_name))
    error_message = "topic_name takes 1 to 256 letters, digits, hyphens and underscores; got \"${var.topic_name}\"."
  }
}

variable "alarm_name_prefix" {
  description = "What the names of the alarms begin with."
  type        = string
  default     = "zoom-operationlogs"

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,200}$", var.alarm_name_prefix))
    error_message = "alarm_name_prefix takes 1 to 200 letters, digits, hyphens and underscores; got \"${var.alarm_name_prefix}\"."
  }
}

variable "dashboard_name" {
  description = "Name of the dashboard."
  type        = string
  default     = "zoom-operationlogs"

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,255}$", var.dashboard_name))
    error_message = "dashboard_name takes 1 to 255 letters, digits, hyphens and underscores; got \"${var.dashboard_name}\"."
  }
}

variable "dashboard_enabled" {
  description = "Whether there is a dashboard. AWS charges for each one beyond the account's third."
  type        = bool
  default     = true
}

variable "alarm_emails" {
  description = "Addresses that get the alarms. Each must confirm by the mail it receives first."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", address))])
    error_message = "alarm_emails takes mail addresses such as \"soc@example.com\"; got ${jsonencode(var.alarm_emails)}."
  }
}

variable "function_name" {
  description = "Name of the function to watch."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,64}$", var.function_name))
    error_message = "function_name takes the name of a function (not its ARN): 1 to 64 letters, digits, hyphens and underscores; got \"${var.function_name}\"."
  }
}

variable "failure_queue_name" {
  description = "Name of the queue that collects failed invocations."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,80}$", var.failure_queue_name))
    error_message = "failure_queue_name takes the name of a queue (not its ARN): 1 to 80 letters, digits, hyphens and underscores; got \"${var.failure_queue_name}\"."
  }
}

variable "newest_record_max_age_hours" {
  description = "Age of the newest record that rings the alarm. The default outlasts a long weekend on which nobody changes anything; raise it for a quiet account."
  type        = number
  default     = 96

  validation {
    condition     = var.newest_record_max_age_hours > 0
    error_message = "newest_record_max_age_hours takes a number greater than 0; got ${var.newest_record_max_age_hours}."
  }
}

variable "late_arrival_hours" {
  description = "How long after its end the function keeps a day open for late records. The default is the function's own."
  type        = number
  default     = 48
  nullable    = false

  validation {
    condition     = var.late_arrival_hours >= 0 && var.late_arrival_hours <= 4320 && floor(var.late_arrival_hours) == var.late_arrival_hours
    error_message = "late_arrival_hours takes a whole number from 0 to 4320 (180 days); got ${var.late_arrival_hours}."
  }
}

variable "full_sweep_minutes" {
  description = "How often the function reads an open day to its end. The default is the function's own."
  type        = number
  default     = 360
  nullable    = false

  validation {
    condition     = var.full_sweep_minutes >= 0 && var.full_sweep_minutes <= 10080 && floor(var.full_sweep_minutes) == var.full_sweep_minutes
    error_message = "full_sweep_minutes takes a whole number from 0 to 10080 (a week); got ${var.full_sweep_minutes}."
  }
}

variable "zoom_daily_request_budget" {
  description = "The function's daily budget of requests to Zoom. The default is the function's own."
  type        = number
  default     = 10000
  nullable    = false

  validation {
    condition     = var.zoom_daily_request_budget >= 1 && var.zoom_daily_request_budget <= 1000000 && floor(var.zoom_daily_request_budget) == var.zoom_daily_request_budget
    error_message = "zoom_daily_request_budget takes a whole number from 1 to 1000000; got ${var.zoom_daily_request_budget}."
  }
}

variable "quota_alarm_percent" {
  description = "Part of the daily budget that rings the alarm when it is spent."
  type        = number
  default     = 80

  validation {
    condition     = var.quota_alarm_percent > 0 && var.quota_alarm_percent < 100
    error_message = "quota_alarm_percent takes a number between 0 and 100; got ${var.quota_alarm_percent}. At 100 the function has stopped already."
  }
}
