# The bucket holds two things of each report: the delivered objects, which are the log of what has been delivered, and the
# checkpoint of that log. The functions rely on what is declared here:
#
# - Versioning is on. A conditional put passes over a delete marker, so only the list of versions tells what was written.
# - An entry stays readable, as a current or a noncurrent version, longer than Zoom keeps its own history. A replay reads
#   the entries to know what has been delivered; one that is gone would be delivered a second time.
# - Nothing deletes an entry within an hour of its writing. A put that is still under way would land after the delete as
#   if the entry had never been there. The shortest lifecycle rule below acts after days, so it keeps this by far.

data "aws_region" "current" {}

resource "aws_s3_bucket" "main" {
  #checkov:skip=CKV_AWS_18:who reads what is for the trail of the account (data events of CloudTrail) to record, not for one more bucket
  #checkov:skip=CKV_AWS_19:it is always encrypted; checkov does not see an algorithm that hangs on a variable
  #checkov:skip=CKV_AWS_144:a lost region is made up for by a replay from Zoom; another copy of personal data is not made unasked
  #checkov:skip=CKV_AWS_145:kms_key_arn says whether by KMS; checkov does not see an algorithm that hangs on a variable
  #checkov:skip=CKV2_AWS_62:nobody listens: the feed looks for itself

  bucket        = var.bucket_name
  force_destroy = var.force_destroy

  lifecycle {
    # That the bucket asks for its key has a second effect: Terraform destroys what depends on something before the thing
    # itself. A bucket that S3 refuses to delete, because there are logs in it, stops the destruction before the key that
    # they are encrypted with is gone.
    precondition {
      condition     = var.kms_key_arn == null || try(split(":", var.kms_key_arn)[3] == data.aws_region.current.name, false)
      error_message = "kms_key_arn takes a key in the bucket's own region, ${data.aws_region.current.name}; got ${coalesce(var.kms_key_arn, "null")}."
    }
  }
}

resource "aws_s3_bucket_versioning" "main" {
  bucket = aws_s3_bucket.main.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }

    # S3 then asks KMS for a key of the bucket now and then, and not for one of each object: without it, every entry that
    # a run or the feed looks at would be a request to KMS.
    bucket_key_enabled = var.kms_key_arn == null ? null : true
  }
}

# Lets a put lock what it writes. There is no default retention: it would hold for the checkpoint too, whose versions come
# and go. The function asks for a lock at each put of an entry.
#
# Not aws_s3_bucket.object_lock_enabled, a change of which makes Terraform replace the bucket.
resource "aws_s3_bucket_object_lock_configuration" "main" {
  count = var.object_lock_enabled ? 1 : 0

  bucket              = aws_s3_bucket.main.id
  object_lock_enabled = "Enabled"

  # S3 locks versions; without them it refuses.
  depends_on = [aws_s3_bucket_versioning.main]
}

# Access is granted by policies alone; ACLs are off.
resource "aws_s3_bucket_ownership_controls" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  bucket = aws_s3_bucket.main.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
