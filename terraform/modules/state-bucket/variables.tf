variable "bucket_name" {
  description = "Name of the bucket. It must be free in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name takes 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit; got \"${var.bucket_name}\"."
  }
}

variable "state_history_days" {
  description = "Days for which a superseded state can be brought back."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.state_history_days >= 30 && floor(var.state_history_days) == var.state_history_days
    error_message = "state_history_days takes a whole number of at least 30; got ${var.state_history_days}. An old state is what brings back a lost one."
  }
}
