data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:in the policy of a key the resource * is this key, and the account must be able to change it
  #checkov:skip=CKV_AWS_111:in the policy of a key the resource * is this key; who may write with it the IAM policies say
  #checkov:skip=CKV_AWS_356:in the policy of a key the resource * is this key
  #parliament:skip=PERMISSIONS_MANAGEMENT_ACTIONS:without it nobody could change this policy any more
  #parliament:skip=RESOURCE_STAR:in the policy of a key the resource * is this key
  #parliament:skip=MISMATCHED_TYPE:AWS documents ArnEquals for this key; parliament takes every encryption context for a text

  # Who may use the key is said by the IAM policies of this account: those of the function's role and of the feed's reader
  # name it, each through S3 and for one bucket. Without this statement they would count for nothing, and nobody could
  # change the key any more.
  statement {
    sid       = "IamPoliciesOfTheAccountDecide"
    actions   = ["kms:*"]
    resources = ["*"] # In the policy of a key this is the key.

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # CloudWatch Logs encrypts what the function logs and decrypts it for those who may read the group. It says for which
  # group it asks, and is let in for these alone.
  dynamic "statement" {
    for_each = length(var.log_group_names) > 0 ? [true] : []

    content {
      sid = "CloudWatchLogsEncryptsTheseGroups"
      actions = [
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
      ]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["logs.${data.aws_region.current.name}.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "kms:EncryptionContext:aws:logs:arn"
        values = [
          for name in sort(var.log_group_names) :
          "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:log-group:${name}"
        ]
      }
    }
  }
}
