variable "bucket_name" {
  description = "Name of the bucket. It must be free in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name takes 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit; got \"${var.bucket_name}\". Dots are legal in S3 but break TLS to the bucket's own host name, so leave them out."
  }
}

variable "logs" {
  description = "The logs in the bucket, by the name of their report: the prefix that the delivered objects lie under, ending in a slash, and the key of the checkpoint. None lies in another."
  type = map(object({
    s3_prefix = string
    state_key = string
  }))
  default = {
    operationlogs = {
      s3_prefix = "zoom/operationlogs/"
      state_key = "zoom/state/operationlogs.json"
    }
  }
  nullable = false

  validation {
    condition     = length(var.logs) > 0 && alltrue([for name in keys(var.logs) : can(regex("^[a-z0-9_]{1,32}$", name))])
    error_message = "logs takes at least one log, by the name of its report: 1 to 32 lower-case letters, digits and underscores, such as \"operationlogs\"; got ${jsonencode(keys(var.logs))}."
  }

  validation {
    condition     = alltrue([for log in var.logs : can(regex("^([0-9A-Za-z._-]+/)+$", log.s3_prefix))])
    error_message = "s3_prefix takes folder names of letters, digits, '.', '_' and '-', each followed by a slash, such as \"zoom/operationlogs/\"; got ${jsonencode({ for name, log in var.logs : name => log.s3_prefix })}. Without the last slash it would also match \"zoom/operationlogs-old/\"."
  }

  validation {
    condition     = alltrue([for log in var.logs : can(regex("^([0-9A-Za-z._-]+/)*[0-9A-Za-z._-]+$", log.state_key))])
    error_message = "state_key takes an object key of letters, digits, '.', '_', '-' and single slashes, such as \"zoom/state/operationlogs.json\"; got ${jsonencode({ for name, log in var.logs : name => log.state_key })}."
  }

  validation {
    condition = alltrue([
      for name, log in var.logs : !anytrue([for other, its in var.logs : startswith(log.s3_prefix, its.s3_prefix) if other != name])
    ])
    error_message = "The s3_prefix of each log must lie beside the others', not in one of them: a function would read the other's entries as its own; got ${jsonencode({ for name, log in var.logs : name => log.s3_prefix })}."
  }

  validation {
    condition     = alltrue([for log in var.logs : !anytrue([for its in var.logs : startswith(log.state_key, its.s3_prefix)])])
    error_message = "No state_key may lie under an s3_prefix, its own or another log's: there the feed would ingest the checkpoint as if it were a log, and could delete it; got ${jsonencode(var.logs)}. Choose a key beside them, such as \"zoom/state/operationlogs.json\"."
  }

  # Lifecycle rules take the key of a checkpoint for a prefix, too, and those for checkpoints act after a month.
  validation {
    condition = alltrue([
      for name, log in var.logs : !anytrue(concat(
        [for its in var.logs : startswith(its.s3_prefix, log.state_key)],
        [for other, its in var.logs : startswith(its.state_key, log.state_key) if other != name],
      ))
    ])
    error_message = "No s3_prefix and no other log's state_key may begin with a state_key: the rule that removes old versions of the checkpoint would remove those of what lies there; got ${jsonencode(var.logs)}."
  }
}

variable "log_retention_days" {
  description = "Days after which a delivered object expires. It remains as a noncurrent version for noncurrent_retention_days more."
  type        = number
  default     = 400

  validation {
    condition     = var.log_retention_days >= 200 && floor(var.log_retention_days) == var.log_retention_days
    error_message = "log_retention_days takes a whole number of at least 200; got ${var.log_retention_days}. Zoom keeps six months of history: while Zoom can still report a record, the object that proves its delivery must be readable, or a replay delivers the record again."
  }
}

variable "noncurrent_retention_days" {
  description = "Days for which a deleted or expired object stays readable as a noncurrent version."
  type        = number
  default     = 200

  validation {
    condition     = var.noncurrent_retention_days >= 200 && floor(var.noncurrent_retention_days) == var.noncurrent_retention_days
    error_message = "noncurrent_retention_days takes a whole number of at least 200; got ${var.noncurrent_retention_days}. An object may be deleted right after its delivery, and Zoom can report its records for six months more: until then its noncurrent version is the only proof of the delivery."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the bucket, through an S3 Bucket Key; null encrypts with keys of S3's own (SSE-S3). Whoever writes or reads here then needs rights on the key. A change holds for what is written from then on: objects stay under the key they were written with, so keep an earlier key, and the rights on it, as long as the objects."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9A-Za-z-]+$", var.kms_key_arn))
    error_message = "kms_key_arn takes the ARN of a key, such as \"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\", or null; got \"${coalesce(var.kms_key_arn, "null")}\". An alias will not do: S3 would look it up in the account of whoever writes, and policies that grant the use of a key compare its ARN."
  }
}

variable "object_lock_enabled" {
  description = "Whether objects can be locked (S3 Object Lock). It locks nothing by itself: the function locks each entry that it writes, and never the checkpoint. S3 cannot switch it off again; false later only takes it out of Terraform's hands. A locked version outlives the lifecycle rules until its lock ends."
  type        = bool
  default     = false
  nullable    = false
}

variable "enforce_conditional_writes" {
  description = "Whether the bucket policy refuses unconditional puts of log entries and of checkpoints. Leave it on in AWS; an emulator that does not supply s3:if-match and s3:if-none-match to policies would refuse every put."
  type        = bool
  default     = true
}

variable "lifecycle_enabled" {
  description = "Whether old objects and versions expire. Off, everything is kept for ever: right for a bucket that is thrown away after a demonstration, and for nothing else."
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete the bucket with all the logs in it."
  type        = bool
  default     = false
}
