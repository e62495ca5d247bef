# The state lies beside this file. Whoever works in a team moves it to a shared, locked and encrypted place first.
terraform {
  backend "local" {}
}
