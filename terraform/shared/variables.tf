# What holds for the environment, and then what each of its Zoom accounts decides. The values belong into a file
# terraform.tfvars in the environment's folder, which Terraform reads by itself and which holds no secret. What is left out,
# or null, is the default of terraform/modules/pipeline, where everything is described in full.

variable "region" {
  description = "AWS region of everything. The feed reads from any."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region takes an AWS region such as \"eu-central-1\"; got \"${var.region}\"."
  }
}

variable "package_path" {
  description = "Path of the zip with the compiled function. `make build` puts it where the default says."
  type        = string
  default     = "../../../target/lambda/zoom_operationlogs_to_s3/bootstrap.zip"
}

variable "architecture" {
  description = "Processor that the package was compiled for: x86_64 or arm64. `make … ARCH=arm64` sets it."
  type        = string
  default     = "x86_64"
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what every role and user made here may do; null sets no boundary."
  type        = string
  default     = null
}

variable "alarm_emails" {
  description = "Addresses that get the alarms of every Zoom account that names none itself. Each must confirm by the mail it receives first."
  type        = set(string)
  default     = []
}

variable "zoom_accounts" {
  description = "The Zoom accounts to collect from, by a short name each. main has names without a suffix in AWS; any other adds its name. Each has a bucket, a secret, a function for each of its reports and a reader of its own, so that none can read another's."
  type = map(object({
    reports = optional(map(object({
      s3_prefix                   = optional(string)
      state_key                   = optional(string)
      newest_record_max_age_hours = optional(number)
    })))

    settings = optional(object({
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
    }), {})

    bucket_name               = optional(string)
    log_retention_days        = optional(number)
    noncurrent_retention_days = optional(number)
    object_lock               = optional(object({ mode = string, days = number }))

    create_kms_key           = optional(bool)
    kms_key_arn              = optional(string)
    function_log_kms_key_arn = optional(string)

    secret_replica_region    = optional(string)
    zoom_credentials_version = optional(number)

    schedule_expression         = optional(string)
    schedule_enabled            = optional(bool)
    memory_mb                   = optional(number)
    timeout_seconds             = optional(number)
    reserved_concurrency        = optional(number)
    function_log_retention_days = optional(number)

    reader_access               = optional(string)
    feed_subject_id             = optional(string)
    feed_namespace              = optional(string)
    feed_labels                 = optional(map(string))
    allow_delete_after_transfer = optional(bool)

    alarm_emails      = optional(set(string))
    dashboard_enabled = optional(bool)
  }))
  default  = { main = {} }
  nullable = false

  validation {
    condition     = length(var.zoom_accounts) > 0
    error_message = "zoom_accounts is empty. It takes at least one Zoom account, such as { main = {} }; to take everything away, use `make destroy`."
  }
}

variable "zoom_credentials" {
  description = "For those who prefer Terraform to `make zoom-credentials`: each account's credentials, to be given as TF_VAR_zoom_credentials. They are in no plan and no state; raise the account's zoom_credentials_version to have them stored."
  type = map(object({
    account_id    = string
    client_id     = string
    client_secret = string
  }))
  default   = {}
  nullable  = false
  ephemeral = true
  sensitive = true
}
