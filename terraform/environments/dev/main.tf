# What differs here from the other environments. The rest stands in terraform/shared, and the links in this folder lead there.

locals {
  # Easily thrown away: `make destroy` deletes the logs with the bucket and frees the secret's name at once.
  force_destroy               = true
  secret_recovery_window_days = 0

  # Where the Zoom account says nothing else.
  function_log_retention_days = 14
}
