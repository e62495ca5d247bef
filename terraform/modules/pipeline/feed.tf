# What to enter in Google SecOps: SIEM Settings, Feeds, Add New. One feed for each report, since a feed has one prefix; all are
# of the one log type, whose parser takes sign-ins as well.

locals {
  feed_source = {
    "Source type"            = "Amazon S3 V2"
    "Log type"               = "Zoom Operation Logs"
    "Source deletion option" = var.allow_delete_after_transfer ? "Delete transferred files and empty directories" : "Never delete files"
    # Days since an object was last modified; the most that SecOps takes, and its default.
    "Maximum File Age" = 180
    "Asset namespace"  = var.feed_namespace
    "Ingestion labels" = var.feed_labels
  }

  feed_authentication = {
    access_key = {
      "Authentication"    = "Access key"
      "Access Key ID"     = "of ${coalesce(module.secops_reader.user_name, "the reader")}, by make reader-key"
      "Secret Access Key" = "printed once, by make reader-key"
    }
    web_identity = {
      "Authentication"   = "AWS IAM role"
      "AWS IAM role ARN" = module.secops_reader.role_arn
      "Subject ID"       = var.feed_subject_id
    }
  }

  feeds = {
    for name, log in local.logs : name => merge(
      local.feed_source,
      { "S3 URI" = "s3://${module.log_bucket.bucket}/${log.s3_prefix}" },
      local.feed_authentication[var.reader_access],
    )
  }
}

# Said at every plan and apply, for as long as it is so.
check "deletion_after_transfer" {
  assert {
    condition     = !var.allow_delete_after_transfer
    error_message = "allow_delete_after_transfer is on: the feed may delete what it has transferred, and \"exactly once\" becomes \"at least once\". S3 cannot hold back a delete while a put to the same key is under way, so that a record may be delivered to SecOps twice. An object deleted by the feed stays as a noncurrent version for ${var.noncurrent_retention_days} days, so that deleting saves no storage before then. Without it the lifecycle rules remove old objects, at no such risk."
  }
}
