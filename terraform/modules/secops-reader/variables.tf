variable "user_name" {
  description = "Name of the user that the feed reads as."
  type        = string
  default     = "secops-reader"

  validation {
    condition     = can(regex("^[0-9A-Za-z_+=,.@-]{1,64}$", var.user_name))
    error_message = "user_name takes 1 to 64 letters, digits and _+=,.@-; got \"${var.user_name}\"."
  }
}

variable "policy_name" {
  description = "Name of the user's policy."
  type        = string
  default     = "secops-reader-policy"

  validation {
    condition     = can(regex("^[0-9A-Za-z_+=,.@-]{1,128}$", var.policy_name))
    error_message = "policy_name takes 1 to 128 letters, digits and _+=,.@-; got \"${var.policy_name}\"."
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
  description = "Where the delivered objects lie. Ends in a slash."
  type        = string
  default     = "zoom/operationlogs/"

  validation {
    condition     = can(regex("^([0-9A-Za-z._-]+/)+$", var.s3_prefix))
    error_message = "s3_prefix takes folder names of letters, digits, '.', '_' and '-', each followed by a slash, such as \"zoom/operationlogs/\"; got \"${var.s3_prefix}\"."
  }
}

variable "allow_delete_after_transfer" {
  description = "Whether the feed may delete what it has transferred. It costs the guarantee of exactly one delivery: S3 cannot hold back a delete while a put to the same key is under way, so a record may be delivered twice. The lifecycle rules remove old objects without that risk."
  type        = bool
  default     = false
}
