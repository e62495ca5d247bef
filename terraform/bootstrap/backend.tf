# The state of this one bucket lies beside this file. Losing it loses nothing but that: README.md says how to go on.
terraform {
  backend "local" {}
}
