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

variable "bucket_name" {
  description = "Name of the bucket; null makes one of the account and the region."
  type        = string
  default     = null
}

variable "start_date" {
  description = "First day to collect, as YYYY-MM-DD; null is the day before the first run. Without effect once there is a checkpoint."
  type        = string
  default     = null
}
