variable "topic_name" {
  description = "Name of the topic that alarms are sent to."
  type        = string
  default     = "zoom-operationlogs-alarms"

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,256}$", var.topic_name))
    error_message = "topic_name takes 1 to 256 letters, digits, hyphens and underscores; got \"${var.topic_name}\"."
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

variable "functions" {
  description = "The functions to watch, by the report that each collects: its name, that of the queue for its failed invocations, and what the names of its alarms begin with. newest_record_max_age_hours is the age of the newest record that rings the alarm: the default outlasts a long weekend on which nobody changes anything; raise it for a quiet account."
  type = map(object({
    function_name               = string
    failure_queue_name          = string
    alarm_name_prefix           = string
    newest_record_max_age_hours = optional(number, 96)
  }))

  validation {
    condition     = length(var.functions) > 0
    error_message = "functions takes at least one function to watch."
  }

  validation {
    condition     = alltrue([for function in var.functions : can(regex("^[0-9A-Za-z_-]{1,64}$", function.function_name))])
    error_message = "function_name takes the name of a function (not its ARN): 1 to 64 letters, digits, hyphens and underscores; got ${jsonencode(values(var.functions)[*].function_name)}."
  }

  validation {
    condition     = alltrue([for function in var.functions : can(regex("^[0-9A-Za-z_-]{1,80}$", function.failure_queue_name))])
    error_message = "failure_queue_name takes the name of a queue (not its ARN): 1 to 80 letters, digits, hyphens and underscores; got ${jsonencode(values(var.functions)[*].failure_queue_name)}."
  }

  # Two functions with the same names of alarms would take them from one another.
  validation {
    condition = alltrue([
      for function in var.functions : can(regex("^[0-9A-Za-z_-]{1,200}$", function.alarm_name_prefix))
    ]) && length(distinct(values(var.functions)[*].alarm_name_prefix)) == length(var.functions)
    error_message = "alarm_name_prefix takes 1 to 200 letters, digits, hyphens and underscores, others for each function; got ${jsonencode(values(var.functions)[*].alarm_name_prefix)}."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.newest_record_max_age_hours > 0])
    error_message = "newest_record_max_age_hours takes a number greater than 0; got ${jsonencode(values(var.functions)[*].newest_record_max_age_hours)}."
  }
}

variable "settings" {
  description = "How each function reads Zoom, as far as the alarms depend on it: how long after its end a day stays open for late records, how often an open day is read to its end, and the daily budget of requests to Zoom. The defaults are the function's own."
  type = object({
    late_arrival_hours        = optional(number, 48)
    full_sweep_minutes        = optional(number, 360)
    zoom_daily_request_budget = optional(number, 10000)
  })
  default  = {}
  nullable = false

  # What a function takes, the collector says. Here they need only make sense.
  validation {
    condition     = var.settings.late_arrival_hours >= 0 && var.settings.full_sweep_minutes >= 0 && var.settings.zoom_daily_request_budget >= 1
    error_message = "settings takes hours and minutes that are not negative, and a budget of at least one request; got ${jsonencode(var.settings)}."
  }
}

variable "quota_alarm_percent" {
  description = "Part of a function's daily budget that rings the alarm when it is spent."
  type        = number
  default     = 80

  validation {
    condition     = var.quota_alarm_percent > 0 && var.quota_alarm_percent < 100
    error_message = "quota_alarm_percent takes a number between 0 and 100; got ${var.quota_alarm_percent}. At 100 the function has stopped already."
  }
}
