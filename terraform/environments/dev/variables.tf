variable "region" {
  description = "AWS region of everything. The feed reads from any."
  type        = string
}

variable "package_path" {
  description = "Path of the zip with the compiled function."
  type        = string
}

variable "alarm_emails" {
  description = "Addresses that get the alarms. Each must confirm by the mail it receives first."
  type        = set(string)
  default     = []
}
