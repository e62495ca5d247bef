variable "name" {
  description = "Name of the secret."
  type        = string
  default     = "zoom-operationlogs-credentials"

  validation {
    condition     = can(regex("^[0-9A-Za-z/_+=.@-]{1,512}$", var.name))
    error_message = "name takes 1 to 512 letters, digits and /_+=.@-; got \"${var.name}\"."
  }
}

variable "recovery_window_days" {
  description = "Days for which a deleted secret can be brought back. 0 deletes it at once, which frees the name for a new one."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days takes 0 or 7 to 30; got ${var.recovery_window_days}."
  }
}

variable "replica_region" {
  description = "Another region in which Secrets Manager keeps a copy of the secret, or null. Back to null, Terraform lets go of the copy and does not remove it: `aws secretsmanager remove-regions-from-replication` does."
  type        = string
  default     = null

  validation {
    condition     = var.replica_region == null || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]+$", var.replica_region))
    error_message = "replica_region takes the name of a region, such as \"eu-central-1\", or null; got \"${coalesce(var.replica_region, "null")}\"."
  }
}

variable "credentials" {
  description = "The Zoom app's credentials, for those who prefer to put them in by Terraform: they are handed on and kept in no plan and no state. Give credentials_version with them. null leaves the value to the command that puts it in (`make zoom-credentials`)."
  type = object({
    account_id    = string
    client_id     = string
    client_secret = string
  })
  default   = null
  ephemeral = true
  sensitive = true

  # No value is shown in a message, not even the wrong one.
  validation {
    condition     = var.credentials == null || try(alltrue([for value in values(var.credentials) : trimspace(value) != ""]), false)
    error_message = "credentials takes an account_id, a client_id and a client_secret, none of them empty: they are on the page \"App Credentials\" of the Server-to-Server OAuth app in the Zoom App Marketplace. What was given is not shown."
  }
}

variable "credentials_version" {
  description = "Number of the credentials given: Terraform writes them when it changes, and only then. null when Terraform is not given any; back to null, Terraform lets go of the value, which stays in the secret."
  type        = number
  default     = null

  validation {
    condition     = var.credentials_version == null || try(var.credentials_version >= 1 && floor(var.credentials_version) == var.credentials_version, false)
    error_message = "credentials_version takes a whole number from 1, or null; got ${coalesce(var.credentials_version, "null")}."
  }

  validation {
    condition = (var.credentials == null) == (var.credentials_version == null)
    error_message = (var.credentials_version == null
      ? "credentials was given without credentials_version. Terraform forgets the credentials, so only the number tells it when to write them: set credentials_version to 1, and count it up when they change."
      : "credentials_version is ${var.credentials_version}, but no credentials were given. Give them at every plan as long as there is a version, or give neither and put the values in by `make zoom-credentials`."
    )
  }
}
