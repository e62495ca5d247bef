variable "name" {
  description = "Name of the secret."
  type        = string
  default     = "zoom-operationlogs-credentials"

  validation {
    condition     = can(regex("^[0-9A-Za-z/_+=.@-]{1,512}$", var.name))
    error_message = "name takes 1 to 512 letters, digits and /_+=.@-; got \"${var.name}\"."
  }
}

variable "recovery_window_days" {
  description = "Days for which a deleted secret can be brought back. 0 deletes it at once, which frees the name for a new one."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days takes 0 or 7 to 30; got ${var.recovery_window_days}."
  }
}
