variable "aws_endpoint" {
  description = "Address of the emulator."
  type        = string

  validation {
    condition     = can(regex("^https?://(localhost|127\\.[0-9.]+|\\[::1\\])(:[0-9]+)?$", var.aws_endpoint))
    error_message = "aws_endpoint takes the address of an emulator on this machine, such as \"https://127.0.0.1:4566\"; got \"${var.aws_endpoint}\". This root must never reach AWS."
  }
}

variable "ca_bundle" {
  description = "Path of a PEM file with the certificate that the emulator's is signed by; null trusts what the system trusts."
  type        = string
  default     = null
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

variable "reports" {
  description = "Which of Zoom's reports to collect, each by a function of its own; null is the pipeline's default, operationlogs alone."
  type = map(object({
    s3_prefix                   = optional(string)
    state_key                   = optional(string)
    newest_record_max_age_hours = optional(number)
  }))
  default = null
}

variable "settings" {
  description = "How the functions read Zoom. The addresses are required, so that nothing here asks the real Zoom by default."
  type = object({
    zoom_oauth_url               = string
    zoom_api_url                 = string
    page_size                    = optional(number)
    request_timeout_seconds      = optional(number)
    start_date                   = optional(string)
    late_arrival_hours           = optional(number)
    full_sweep_minutes           = optional(number)
    max_records_per_object       = optional(number)
    zoom_max_requests_per_second = optional(number)
    zoom_daily_request_budget    = optional(number)
  })
}

variable "schedule_expression" {
  description = "How often each function runs."
  type        = string
  default     = "rate(15 minutes)"
}

variable "schedule_enabled" {
  description = "Whether the functions run on schedule. Off, a test decides when they run."
  type        = bool
  default     = true
}

variable "function_aws_endpoint" {
  description = "Address at which the functions find the emulator; null is aws_endpoint."
  type        = string
  default     = null
}

variable "function_ssl_cert_file" {
  description = "Path, as the functions see it, of a PEM file with the certificates they trust; null is ca_bundle."
  type        = string
  default     = null
}

variable "lifecycle_enabled" {
  description = "Whether to apply the bucket's lifecycle rules. The emulator stores them and never acts on them, and the provider watches new rules for nearly a minute before it believes them; so they are off."
  type        = bool
  default     = false
}

# What the pipeline can do besides, off by default here as there; null is the pipeline's own default.

variable "enforce_conditional_writes" {
  description = "Whether the bucket refuses unconditional puts."
  type        = bool
  default     = false
  nullable    = false
}

variable "allow_delete_after_transfer" {
  description = "Whether the feed may delete what it has transferred."
  type        = bool
  default     = null
}

variable "reader_access" {
  description = "How the feed proves who it is: access_key or web_identity."
  type        = string
  default     = null
}

variable "feed_subject_id" {
  description = "Subject id of the feed's Google service account, for web_identity."
  type        = string
  default     = null
}

variable "create_kms_key" {
  description = "Whether to make a KMS key for the bucket and the log groups."
  type        = bool
  default     = null
}

variable "object_lock" {
  description = "Object Lock of every log entry: mode and days."
  type = object({
    mode = string
    days = number
  })
  default = null
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the roles and users."
  type        = string
  default     = null
}

variable "alarm_emails" {
  description = "Addresses that get the alarms; the emulator sends no mail."
  type        = set(string)
  default     = null
}
