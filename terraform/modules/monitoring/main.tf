# Where alarms are sent. Further subscribers, a chat for instance, are added to this topic.
#
# Not encrypted by KMS: CloudWatch may not use AWS's own key for SNS, so its alarms would be lost without a word, and what they
# say (an alarm's name, a number, a threshold) holds no record and no secret.
resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:CloudWatch alarms cannot be sent by AWS's own key for SNS, and their texts hold no record
  name = var.topic_name
}

# Each address gets a mail to confirm before it receives anything.
resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
