# The state lies beside this file, or where `init -backend-config=path=…` says.
terraform {
  backend "local" {}
}
