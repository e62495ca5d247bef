# An input that is passed on as it is has its validation in the module that takes it. Defaults are repeated here, so that
# this file alone tells what a root may set.

variable "environment" {
  description = "Name of the environment. Any but prod is appended to the names of all resources."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,11}$", var.environment))
    error_message = "environment takes 1 to 12 lower-case letters and digits, beginning with a letter; got \"${var.environment}\". It becomes part of names whose length AWS limits."
  }
}

variable "package_path" {
  description = "Path of the zip with the compiled function."
  type        = string
}

variable "architecture" {
  description = "Processor that the package was compiled for: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "bucket_name" {
  description = "Name of the bucket; null makes one of the account, the region and the environment."
  type        = string
  default     = null
}

variable "s3_prefix" {
  description = "Where the delivered objects go; the feed reads everything below it. Ends in a slash."
  type        = string
  default     = "zoom/operationlogs/"

  validation {
    condition     = endswith(var.s3_prefix, "/")
    error_message = "s3_prefix ends in a slash, such as \"zoom/operationlogs/\"; got \"${var.s3_prefix}\". Without it the feed would also read \"zoom/operationlogs-old/\"."
  }
}

variable "state_key" {
  description = "Key of the checkpoint. Not below s3_prefix."
  type        = string
  default     = "zoom/state/operationlogs.json"

  validation {
    condition     = !startswith(var.state_key, var.s3_prefix)
    error_message = "state_key \"${var.state_key}\" lies below s3_prefix \"${var.s3_prefix}\". There the feed would ingest the checkpoint as if it were a log, and could delete it. Choose a key beside it, such as \"zoom/state/operationlogs.json\"."
  }
}

variable "log_retention_days" {
  description = "Days after which a delivered object expires; at least 200."
  type        = number
  default     = 400
}

variable "noncurrent_retention_days" {
  description = "Days for which a deleted or expired object stays readable as a noncurrent version; at least 200."
  type        = number
  default     = 200
}

variable "enforce_conditional_writes" {
  description = "Whether the bucket refuses unconditional puts. Off only for emulators that do not supply the condition keys."
  type        = bool
  default     = true
}

variable "lifecycle_enabled" {
  description = "Whether old objects and versions expire. Off only for a bucket that is thrown away."
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete the bucket with all the logs in it."
  type        = bool
  default     = false
}

variable "secret_recovery_window_days" {
  description = "Days for which the deleted secret can be brought back; 0 deletes it at once."
  type        = number
  default     = 30
}

variable "settings" {
  description = "How the function reads Zoom. What is left out, the function decides."
  type = object({
    zoom_oauth_url               = optional(string)
    zoom_api_url                 = optional(string)
    page_size                    = optional(number)
    request_timeout_seconds      = optional(number)
    start_date                   = optional(string)
    late_arrival_hours           = optional(number)
    full_sweep_minutes           = optional(number)
    max_records_per_object       = optional(number)
    zoom_max_requests_per_second = optional(number)
    zoom_daily_request_budget    = optional(number)
  })
  default  = {}
  nullable = false
}

variable "extra_environment" {
  description = "Further environment variables of the function."
  type        = map(string)
  default     = {}
}

variable "memory_mb" {
  description = "Memory of the function."
  type        = number
  default     = 256
}

variable "timeout_seconds" {
  description = "Longest time of one run."
  type        = number
  default     = 300
}

variable "reserved_concurrency" {
  description = "Most runs at once; -1 sets no limit."
  type        = number
  default     = -1
}

variable "function_log_retention_days" {
  description = "Days for which the function's own logs are kept."
  type        = number
  default     = 90
}

variable "schedule_expression" {
  description = "How often the function runs."
  type        = string
  default     = "rate(15 minutes)"
}

variable "schedule_enabled" {
  description = "Whether the function runs on schedule."
  type        = bool
  default     = true
}

variable "allow_delete_after_transfer" {
  description = "Whether the feed may delete what it has transferred, which costs the guarantee of exactly one delivery."
  type        = bool
  default     = false
}

variable "alarm_emails" {
  description = "Addresses that get the alarms."
  type        = set(string)
  default     = []
}

variable "newest_record_max_age_hours" {
  description = "Age of the newest record that rings the alarm."
  type        = number
  default     = 96
}
