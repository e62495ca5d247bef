# Where alarms are sent. Further subscribers, a chat for instance, are added to this topic.
resource "aws_sns_topic" "alarms" {
  name = var.topic_name
}

# Each address gets a mail to confirm before it receives anything.
resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
