# An input that is passed on as it is has its validation in the module that takes it. Defaults are repeated here, so that
# this file alone tells what a root may set. null is the default, so that a root may pass on what it was not given.

variable "environment" {
  description = "Name of the environment. Any but prod is appended to the names of all resources."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,11}$", var.environment))
    error_message = "environment takes 1 to 12 lower-case letters and digits, beginning with a letter; got \"${var.environment}\". It becomes part of names whose length AWS limits."
  }
}

variable "account" {
  description = "Key of the Zoom account among those of the environment. Any but main is appended to the names of all resources, after the environment."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,10}$", var.account))
    error_message = "account takes 1 to 11 lower-case letters and digits, beginning with a letter; got \"${var.account}\". It becomes part of names whose length AWS limits."
  }

  # "-dev" is the suffix of the environment dev and would be that of production's account dev as well.
  validation {
    condition     = !contains(["dev", "local", "prod", "staging", "test"], var.account)
    error_message = "account \"${var.account}\" reads like an environment: production's resources for it would have the names of that environment's. Name it after the company or the unit, such as \"emea\"."
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
  nullable    = false
}

variable "bucket_name" {
  description = "Name of the bucket; null makes one of the account, the region and the environment."
  type        = string
  default     = null
}

variable "reports" {
  description = "Which of Zoom's reports to collect: operationlogs (who changed what) and activities (who signed in and out). Each is collected by a function of its own. Of each: the prefix of the delivered objects, all of which its feed reads (by default zoom/REPORT/); the key of the checkpoint, below none of the prefixes (by default zoom/state/REPORT.json); and the age of the newest record that rings the alarm (by default 96 hours). Taken out again, a report is no longer collected, read or watched, and what was delivered of it stays in the bucket, where no rule removes it any more."
  type = map(object({
    s3_prefix                   = optional(string)
    state_key                   = optional(string)
    newest_record_max_age_hours = optional(number)
  }))
  default  = { operationlogs = {} }
  nullable = false

  validation {
    condition     = length(var.reports) > 0 && length(setsubtract(keys(var.reports), keys(local.known_reports))) == 0 && !anytrue([for report in var.reports : report == null])
    error_message = "reports takes at least one of ${join(", ", keys(local.known_reports))}, each with its settings, which may be none: { operationlogs = {}, activities = {} }; got ${jsonencode(var.reports)}."
  }
}

variable "log_retention_days" {
  description = "Days after which a delivered object expires; at least 200."
  type        = number
  default     = 400
  nullable    = false
}

variable "noncurrent_retention_days" {
  description = "Days for which a deleted or expired object stays readable as a noncurrent version; at least 200."
  type        = number
  default     = 200
  nullable    = false
}

variable "enforce_conditional_writes" {
  description = "Whether the bucket refuses unconditional puts. Off only for emulators that do not supply the condition keys."
  type        = bool
  default     = true
  nullable    = false
}

variable "lifecycle_enabled" {
  description = "Whether old objects and versions expire. Off only for a bucket that is thrown away."
  type        = bool
  default     = true
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete the bucket with all the logs in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "secret_recovery_window_days" {
  description = "Days for which the deleted secret can be brought back; 0 deletes it at once."
  type        = number
  default     = 30
  nullable    = false
}

variable "settings" {
  description = "How the functions read Zoom. What is left out, they decide. The two limits, zoom_max_requests_per_second and zoom_daily_request_budget, are the Zoom account's: with several reports each gets an equal part of them, and of their defaults."
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

  # Here, because a function is given its part of them; what each may have at the most, the collector says as well.
  validation {
    condition     = var.settings.zoom_max_requests_per_second == null ? true : var.settings.zoom_max_requests_per_second >= length(var.reports) && var.settings.zoom_max_requests_per_second <= 100 && floor(var.settings.zoom_max_requests_per_second) == var.settings.zoom_max_requests_per_second
    error_message = "settings.zoom_max_requests_per_second takes a whole number from ${length(var.reports)} (one for each report) to 100; got ${coalesce(var.settings.zoom_max_requests_per_second, 0)}. Zoom counts the whole account: 10 a second on Pro, 40 on Business and above."
  }

  validation {
    condition     = var.settings.zoom_daily_request_budget == null ? true : var.settings.zoom_daily_request_budget >= length(var.reports) && var.settings.zoom_daily_request_budget <= 1000000 && floor(var.settings.zoom_daily_request_budget) == var.settings.zoom_daily_request_budget
    error_message = "settings.zoom_daily_request_budget takes a whole number from ${length(var.reports)} (one for each report) to 1000000; got ${coalesce(var.settings.zoom_daily_request_budget, 0)}. Zoom counts the whole account: 30000 a day on Pro, 60000 on Business and above."
  }
}

variable "extra_environment" {
  description = "Further environment variables of the functions."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "memory_mb" {
  description = "Memory of each function."
  type        = number
  default     = 256
  nullable    = false
}

variable "timeout_seconds" {
  description = "Longest time of one run."
  type        = number
  default     = 300
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Most runs of each function at once; -1 sets no limit."
  type        = number
  default     = -1
  nullable    = false
}

variable "function_log_retention_days" {
  description = "Days for which the functions' own logs are kept."
  type        = number
  default     = 90
  nullable    = false
}

variable "schedule_expression" {
  description = "How often each function runs."
  type        = string
  default     = "rate(15 minutes)"
  nullable    = false
}

variable "schedule_enabled" {
  description = "Whether the functions run on schedule."
  type        = bool
  default     = true
  nullable    = false
}

variable "allow_delete_after_transfer" {
  description = "Whether the feed may delete what it has transferred, which costs the guarantee of exactly one delivery."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarm_emails" {
  description = "Addresses that get the alarms."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what every role and user made here may do; null sets no boundary."
  type        = string
  default     = null
}

variable "create_kms_key" {
  description = "Whether to make a KMS key of our own, for the bucket and the functions' log groups. It costs 1 USD a month and the requests to it. Switched off again, the key is scheduled for deletion, and what it has encrypted is lost with it: copy that first."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.create_kms_key || (var.kms_key_arn == null && var.function_log_kms_key_arn == null)
    error_message = "create_kms_key makes the key for the bucket and the log groups; leave kms_key_arn and function_log_kms_key_arn out with it, or create_kms_key off."
  }
}

variable "kms_key_arn" {
  description = "ARN of a KMS key to encrypt the bucket with; its policy must leave the decision to IAM policies of this account. null: S3's own encryption, unless create_kms_key is on."
  type        = string
  default     = null
}

variable "function_log_kms_key_arn" {
  description = "ARN of a KMS key to encrypt the functions' log groups with; its policy must admit the CloudWatch Logs service for these groups. null: CloudWatch's own encryption, unless create_kms_key is on."
  type        = string
  default     = null
}

variable "object_lock" {
  description = "S3 Object Lock on every log entry: mode GOVERNANCE (who has s3:BypassGovernanceRetention may still delete) or COMPLIANCE (nobody can, not even the account's root), and for how many days from its writing. The checkpoint is exempt. null: none. Once switched on for a bucket, S3 does not let it be switched off; without this input new entries are no longer locked."
  type = object({
    mode = string
    days = number
  })
  default = null

  # A lock holds the version against the lifecycle rules and everyone else: who deletes on purpose cannot have both.
  validation {
    condition     = var.object_lock == null || !var.allow_delete_after_transfer
    error_message = "object_lock keeps every entry and allow_delete_after_transfer has the feed delete it: choose one of them."
  }
}

variable "secret_replica_region" {
  description = "AWS region that gets a copy of the secret; null: none. Another 0.40 USD a month."
  type        = string
  default     = null
}

variable "zoom_credentials" {
  description = "The Zoom app's credentials, for those who prefer Terraform to `make zoom-credentials`; a write-only argument takes them to the secret, so that neither plan nor state holds them. null: they are put in otherwise. Goes with zoom_credentials_version."
  type = object({
    account_id    = string
    client_id     = string
    client_secret = string
  })
  default   = null
  ephemeral = true
  sensitive = true
}

variable "zoom_credentials_version" {
  description = "Number of zoom_credentials: Terraform cannot compare what it does not keep, and stores the credentials anew when this changes. null: Terraform stores none."
  type        = number
  default     = null
}

variable "reader_access" {
  description = "How the feed proves who it is: access_key (of the user secops-reader, issued by `make reader-key`) or web_identity (a role that Google's service account assumes; no key at all)."
  type        = string
  default     = "access_key"
  nullable    = false
}

variable "feed_subject_id" {
  description = "Subject id of the feed's Google service account, required by web_identity: SecOps shows it in the feed's form, and its API by feedServiceAccounts:fetchServiceAccountForCustomer."
  type        = string
  default     = null
}

variable "feed_namespace" {
  description = "Asset namespace to give the feed; empty: none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.feed_namespace == trimspace(var.feed_namespace) && !can(regex("[[:cntrl:]]", var.feed_namespace))
    error_message = "feed_namespace takes one line that neither begins nor ends with a space, to be entered in the form as it is; got \"${var.feed_namespace}\"."
  }
}

variable "feed_labels" {
  description = "Ingestion labels to give the feed."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.feed_labels : key != "" && value != null && value != ""])
    error_message = "feed_labels takes labels that have both a key and a value; got ${jsonencode(var.feed_labels)}."
  }
}

variable "dashboard_enabled" {
  description = "Whether to make the dashboard. Three of them are free in an account; each further one costs 3 USD a month."
  type        = bool
  default     = true
  nullable    = false
}
