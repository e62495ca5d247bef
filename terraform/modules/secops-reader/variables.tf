variable "access" {
  description = "How the feed gets in: \"access_key\", as an IAM user whose keys `make reader-key` makes, or \"web_identity\", as an IAM role that it assumes with its Google identity, so that there is no key to keep."
  type        = string
  default     = "access_key"
  nullable    = false

  validation {
    condition     = contains(["access_key", "web_identity"], var.access)
    error_message = "access takes \"access_key\" or \"web_identity\"; got \"${var.access}\"."
  }
}

variable "feed_subject_id" {
  description = "For access \"web_identity\": the subject id of the Google identity that SecOps reads feeds as, a number. The Chronicle API names it: feedServiceAccounts:fetchServiceAccountForCustomer, field subjectId."
  type        = string
  default     = null

  validation {
    condition     = var.feed_subject_id == null || can(regex("^[0-9]{1,255}$", var.feed_subject_id))
    error_message = "feed_subject_id takes the digits that feedServiceAccounts:fetchServiceAccountForCustomer gives as subjectId; got \"${coalesce(var.feed_subject_id, "null")}\"."
  }

  validation {
    condition     = (var.feed_subject_id != null) == (var.access == "web_identity")
    error_message = "feed_subject_id belongs to access \"web_identity\", which needs it, and to no other: without it any Google account could assume the role, and beside an access key it would have no effect. access is \"${var.access}\" and feed_subject_id is ${var.feed_subject_id == null ? "not set" : "set"}."
  }
}

variable "user_name" {
  description = "Name of the user that the feed reads as with an access key."
  type        = string
  default     = "secops-reader"

  validation {
    condition     = can(regex("^[0-9A-Za-z_+=,.@-]{1,64}$", var.user_name))
    error_message = "user_name takes 1 to 64 letters, digits and _+=,.@-; got \"${var.user_name}\"."
  }
}

variable "role_name" {
  description = "Name of the role that the feed assumes by web identity."
  type        = string
  default     = "secops-reader"

  validation {
    condition     = can(regex("^[0-9A-Za-z_+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name takes 1 to 64 letters, digits and _+=,.@-; got \"${var.role_name}\"."
  }
}

variable "policy_name" {
  description = "Name of the policy of the user or role."
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

variable "s3_prefixes" {
  description = "Where the delivered objects lie: the prefix of every report, each ending in a slash. These are all that the feeds may list and read."
  type        = set(string)
  default     = ["zoom/operationlogs/"]
  nullable    = false

  validation {
    condition     = length(var.s3_prefixes) > 0 && alltrue([for prefix in var.s3_prefixes : can(regex("^([0-9A-Za-z._-]+/)+$", prefix))])
    error_message = "s3_prefixes takes at least one prefix: folder names of letters, digits, '.', '_' and '-', each followed by a slash, such as \"zoom/operationlogs/\"; got ${jsonencode(var.s3_prefixes)}."
  }
}

variable "allow_delete_after_transfer" {
  description = "Whether the feed may delete what it has transferred. It costs the guarantee of exactly one delivery: S3 cannot hold back a delete while a put to the same key is under way, so a record may be delivered twice. The lifecycle rules remove old objects without that risk."
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that the bucket is encrypted with; null for a bucket without one of its own. The reader may decrypt with it, through S3 and for this bucket only."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[^:]+:kms:[0-9a-z-]+:[0-9]{12}:key/[0-9A-Za-z-]+$", var.kms_key_arn))
    error_message = "kms_key_arn takes the ARN of a key, not of an alias, such as \"arn:aws:kms:eu-central-1:123456789012:key/0f1e2d3c-…\"; got \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what the user or role may be allowed at all; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn takes the ARN of a policy, such as \"arn:aws:iam::123456789012:policy/boundary\"; got \"${coalesce(var.permissions_boundary_arn, "null")}\"."
  }
}
