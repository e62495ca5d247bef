variable "region" {
  description = "AWS region of the bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region takes an AWS region such as \"eu-central-1\"; got \"${var.region}\"."
  }
}

variable "bucket_name" {
  description = "Name of the bucket; null makes one of the account and the region."
  type        = string
  default     = null
}

variable "state_history_days" {
  description = "Days for which a superseded state can be brought back; at least 30."
  type        = number
  default     = 365
  nullable    = false
}
