# The bucket holds two things: the delivered objects, which are the log of what has been delivered, and the checkpoint
# of that log. The function relies on what is declared here:
#
# - Versioning is on. A conditional put passes over a delete marker, so only the list of versions tells what was written.
# - An entry stays readable, as a current or a noncurrent version, longer than Zoom keeps its own history. A replay reads
#   the entries to know what has been delivered; one that is gone would be delivered a second time.
# - Nothing deletes an entry within an hour of its writing. A put that is still under way would land after the delete as
#   if the entry had never been there. The shortest lifecycle rule below acts after days, so it keeps this by far.

resource "aws_s3_bucket" "main" {
  bucket        = var.bucket_name
  force_destroy = var.force_destroy
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
