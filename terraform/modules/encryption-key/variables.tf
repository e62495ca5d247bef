variable "alias_name" {
  description = "Name of the key's alias, without \"alias/\"."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z/_-]{1,250}$", var.alias_name)) && !startswith(var.alias_name, "alias/") && !startswith(var.alias_name, "aws/")
    error_message = "alias_name takes 1 to 250 letters, digits and /_-, without \"alias/\" before them and not beginning with \"aws/\", which is AWS's own; got \"${var.alias_name}\"."
  }
}

variable "log_group_names" {
  description = "Names of the log groups in this account and region that CloudWatch Logs may encrypt with the key. They need not exist yet."
  type        = set(string)
  default     = []
  nullable    = false

  # A * or ? in a condition on ARNs would stand for any text; neither can be in the name of a group.
  validation {
    condition     = alltrue([for name in var.log_group_names : can(regex("^[0-9A-Za-z_/.#-]{1,512}$", name))])
    error_message = "log_group_names takes names of log groups: 1 to 512 letters, digits and _/.#- each, such as \"/aws/lambda/zoom_operationlogs_to_s3\"; got ${jsonencode(var.log_group_names)}."
  }
}

variable "deletion_window_days" {
  description = "Days from the key's removal to its end, in which it can be brought back. After them nobody can read what was encrypted with it, AWS included."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days takes a whole number from 7 to 30; got ${var.deletion_window_days}."
  }
}
