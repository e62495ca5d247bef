variable "report" {
  description = "The report of Zoom's that the function collects, as it stands in Zoom's addresses."
  type        = string
  default     = "operationlogs"

  validation {
    condition     = can(regex("^[a-z0-9_]{1,32}$", var.report))
    error_message = "report takes the name of a report in Zoom's addresses, lower-case letters, digits and underscores, such as \"operationlogs\"; got \"${var.report}\"."
  }
}

variable "title" {
  description = "What the report's records are called in descriptions, and in the name of the role's policy."
  type        = string
  default     = "operation logs"

  validation {
    condition     = can(regex("^[a-z][a-z -]{0,62}[a-z]$", var.title))
    error_message = "title takes 2 to 64 lower-case letters, spaces and hyphens, such as \"operation logs\"; got \"${var.title}\"."
  }
}

variable "function_name" {
  description = "Name of the function."
  type        = string
  default     = "zoom_operationlogs_to_s3"

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,64}$", var.function_name))
    error_message = "function_name takes 1 to 64 letters, digits, hyphens and underscores; got \"${var.function_name}\"."
  }
}

variable "role_name" {
  description = "Name of the role that the function runs as."
  type        = string
  default     = "WriteZoomOperationLogsToS3Role"

  validation {
    condition     = can(regex("^[0-9A-Za-z_+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name takes 1 to 64 letters, digits and _+=,.@-; got \"${var.role_name}\"."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of a policy that bounds what the role may do, where the account demands one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn takes the ARN of an IAM policy, such as \"arn:aws:iam::123456789012:policy/boundary\"; got ${jsonencode(var.permissions_boundary_arn)}."
  }
}

variable "failure_queue_name" {
  description = "Name of the queue that collects failed invocations."
  type        = string
  default     = "zoom-operationlogs-failures"

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,80}$", var.failure_queue_name))
    error_message = "failure_queue_name takes 1 to 80 letters, digits, hyphens and underscores; got \"${var.failure_queue_name}\"."
  }
}

variable "package_path" {
  description = "Path of the zip with the compiled function, an executable named bootstrap."
  type        = string

  validation {
    condition     = fileexists(var.package_path)
    error_message = "There is no file at package_path \"${var.package_path}\". Build the function first; a relative path starts at the folder that Terraform runs in."
  }
}

variable "architecture" {
  description = "Processor that the package was compiled for: x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture takes x86_64 or arm64; got \"${var.architecture}\"."
  }
}

variable "memory_mb" {
  description = "Memory of the function. It also sets its share of processor time."
  type        = number
  default     = 256

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb takes a whole number from 128 to 10240; got ${var.memory_mb}."
  }
}

variable "timeout_seconds" {
  description = "Longest time of one run. The function stops in good order before it; the next run goes on."
  type        = number
  default     = 300

  validation {
    condition     = var.timeout_seconds >= 30 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds takes a whole number from 30 (less leaves no time for one request to Zoom) to 900 (Lambda's limit); got ${var.timeout_seconds}."
  }
}

variable "reserved_concurrency" {
  description = "Most runs at once; -1 sets no limit. Runs that overlap waste requests and do no harm, so this is for accounts that ration concurrency."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency == -1 || (var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency)
    error_message = "reserved_concurrency takes -1 (no limit) or a whole number of at least 1; got ${var.reserved_concurrency}. To stop the function, switch its schedule off."
  }
}

variable "retry_attempts" {
  description = "How often Lambda repeats a failed run."
  type        = number
  default     = 1

  validation {
    condition     = contains([0, 1, 2], var.retry_attempts)
    error_message = "retry_attempts takes 0, 1 or 2; got ${var.retry_attempts}."
  }
}

variable "event_max_age_seconds" {
  description = "How long an invocation may wait for its turn or its retry. The default is the interval of the schedule."
  type        = number
  default     = 900

  validation {
    condition     = var.event_max_age_seconds >= 60 && var.event_max_age_seconds <= 21600 && floor(var.event_max_age_seconds) == var.event_max_age_seconds
    error_message = "event_max_age_seconds takes a whole number from 60 to 21600; got ${var.event_max_age_seconds}."
  }
}

variable "function_log_retention_days" {
  description = "Days for which the function's own logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.function_log_retention_days)
    error_message = "function_log_retention_days takes a period that CloudWatch Logs knows, such as 30, 90 or 365; got ${var.function_log_retention_days}."
  }
}

variable "function_log_kms_key_arn" {
  description = "ARN of the KMS key that encrypts the function's own logs; its policy must let CloudWatch Logs use it for this log group. Without it CloudWatch Logs uses a key of its own."
  type        = string
  default     = null

  validation {
    condition     = var.function_log_kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.function_log_kms_key_arn))
    error_message = "function_log_kms_key_arn takes the ARN of a key (not of an alias), such as \"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"; got ${jsonencode(var.function_log_kms_key_arn)}."
  }
}

variable "bucket" {
  description = "Name of the bucket for the logs."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket takes the name of a bucket: 3 to 63 lower-case letters, digits, '.' and '-'; got \"${var.bucket}\"."
  }
}

variable "bucket_arn" {
  description = "ARN of the bucket for the logs."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:s3:::[^/]+$", var.bucket_arn))
    error_message = "bucket_arn takes the ARN of a bucket, such as \"arn:aws:s3:::zoom-operation-logs\"; got \"${var.bucket_arn}\"."
  }
}

variable "s3_prefix" {
  description = "Where the delivered objects go. Ends in a slash. No other report's may lie in it: the role may read and write all below it."
  type        = string
  default     = "zoom/operationlogs/"

  validation {
    condition     = can(regex("^([0-9A-Za-z._-]+/)+$", var.s3_prefix))
    error_message = "s3_prefix takes folder names of letters, digits, '.', '_' and '-', each followed by a slash, such as \"zoom/operationlogs/\"; got \"${var.s3_prefix}\"."
  }
}

variable "state_key" {
  description = "Key of the checkpoint."
  type        = string
  default     = "zoom/state/operationlogs.json"

  validation {
    condition     = can(regex("^([0-9A-Za-z._-]+/)*[0-9A-Za-z._-]+$", var.state_key))
    error_message = "state_key takes an object key of letters, digits, '.', '_', '-' and single slashes, such as \"zoom/state/operationlogs.json\"; got \"${var.state_key}\"."
  }

  validation {
    condition     = !startswith(var.state_key, var.s3_prefix)
    error_message = "state_key must not lie under s3_prefix (${var.s3_prefix}), where the SecOps feed would ingest the checkpoint as a log; got \"${var.state_key}\"."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the bucket, if one does: lets the function encrypt and decrypt by it, through S3 and for this bucket alone."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn takes the ARN of a key (not of an alias), such as \"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"; got ${jsonencode(var.kms_key_arn)}."
  }
}

variable "object_lock" {
  description = "Locks every entry for so many days after it is written, in mode GOVERNANCE (whoever has the right to may lift it) or COMPLIANCE (nobody, the account's root included). The bucket must have Object Lock switched on."
  type = object({
    mode = string
    days = number
  })
  default = null

  validation {
    condition     = var.object_lock == null ? true : contains(["GOVERNANCE", "COMPLIANCE"], var.object_lock.mode)
    error_message = "object_lock.mode takes GOVERNANCE or COMPLIANCE; got ${jsonencode(var.object_lock)}."
  }

  validation {
    condition     = var.object_lock == null ? true : var.object_lock.days >= 1 && var.object_lock.days <= 36500 && floor(var.object_lock.days) == var.object_lock.days
    error_message = "object_lock.days takes a whole number from 1 to 36500; got ${jsonencode(var.object_lock)}."
  }
}

variable "zoom_secret_arn" {
  description = "ARN of the secret with the Zoom credentials."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:secretsmanager:", var.zoom_secret_arn))
    error_message = "zoom_secret_arn takes the ARN of a secret in Secrets Manager; got \"${var.zoom_secret_arn}\"."
  }
}

variable "settings" {
  description = "How the function reads Zoom. What is left out, the function decides: it documents its defaults."
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

  validation {
    condition = alltrue([
      for url in [var.settings.zoom_oauth_url, var.settings.zoom_api_url] :
      url == null ? true : can(regex("^(https://[^/?#@[:space:]]+|http://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]+)?)(/[^?[:space:]]*)?$", url))
    ])
    error_message = "settings.zoom_oauth_url and settings.zoom_api_url take an https address without user or query, or http on this machine alone (localhost, 127.0.0.1 or [::1])."
  }

  validation {
    condition     = var.settings.page_size == null ? true : var.settings.page_size >= 1 && var.settings.page_size <= 300 && floor(var.settings.page_size) == var.settings.page_size
    error_message = "settings.page_size takes a whole number from 1 to 300, the most that Zoom gives on a page."
  }

  validation {
    condition     = var.settings.request_timeout_seconds == null ? true : var.settings.request_timeout_seconds >= 1 && var.settings.request_timeout_seconds <= 300 && var.settings.request_timeout_seconds < var.timeout_seconds && floor(var.settings.request_timeout_seconds) == var.settings.request_timeout_seconds
    error_message = "settings.request_timeout_seconds takes a whole number from 1 to 300 and less than timeout_seconds (${var.timeout_seconds}), or one slow answer would outlast the run."
  }

  validation {
    condition     = var.settings.start_date == null ? true : can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", var.settings.start_date)) && can(formatdate("YYYY", "${var.settings.start_date}T00:00:00Z"))
    error_message = "settings.start_date takes a day of the calendar as YYYY-MM-DD, such as \"2026-06-01\"."
  }

  validation {
    condition     = var.settings.late_arrival_hours == null ? true : var.settings.late_arrival_hours >= 0 && var.settings.late_arrival_hours <= 4320 && floor(var.settings.late_arrival_hours) == var.settings.late_arrival_hours
    error_message = "settings.late_arrival_hours takes a whole number from 0 to 4320 (180 days)."
  }

  validation {
    condition     = var.settings.full_sweep_minutes == null ? true : var.settings.full_sweep_minutes >= 0 && var.settings.full_sweep_minutes <= 10080 && floor(var.settings.full_sweep_minutes) == var.settings.full_sweep_minutes
    error_message = "settings.full_sweep_minutes takes a whole number from 0, which sweeps every open day in every run, to 10080 (a week)."
  }

  validation {
    condition     = var.settings.max_records_per_object == null ? true : var.settings.max_records_per_object >= 1 && var.settings.max_records_per_object <= 1000000 && floor(var.settings.max_records_per_object) == var.settings.max_records_per_object
    error_message = "settings.max_records_per_object takes a whole number from 1 to 1000000."
  }

  validation {
    condition     = var.settings.zoom_max_requests_per_second == null ? true : var.settings.zoom_max_requests_per_second >= 1 && var.settings.zoom_max_requests_per_second <= 100 && floor(var.settings.zoom_max_requests_per_second) == var.settings.zoom_max_requests_per_second
    error_message = "settings.zoom_max_requests_per_second takes a whole number from 1 to 100. Zoom counts the whole account: 10 a second on Pro, 40 on Business and above."
  }

  validation {
    condition     = var.settings.zoom_daily_request_budget == null ? true : var.settings.zoom_daily_request_budget >= 1 && var.settings.zoom_daily_request_budget <= 1000000 && floor(var.settings.zoom_daily_request_budget) == var.settings.zoom_daily_request_budget
    error_message = "settings.zoom_daily_request_budget takes a whole number from 1 to 1000000. Zoom counts the whole account: 30000 a day on Pro, 60000 on Business and above."
  }
}

variable "extra_environment" {
  description = "Further environment variables, such as AWS_ENDPOINT_URL for an emulator."
  type        = map(string)
  default     = {}

  validation {
    condition     = !anytrue([for name in keys(var.extra_environment) : contains(keys(local.settings), name)])
    error_message = "extra_environment must not set what has an input of its own: ${join(", ", keys(local.settings))}."
  }
}
