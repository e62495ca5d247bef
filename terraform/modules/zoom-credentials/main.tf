# Only the place for the credentials. Their values are put in by a separate command and never pass through Terraform: a
# version declared here would lie readable in the state.
resource "aws_secretsmanager_secret" "main" {
  name                    = var.name
  description             = "Zoom Server-to-Server OAuth app: {\"account_id\", \"client_id\", \"client_secret\"}"
  recovery_window_in_days = var.recovery_window_days
}
