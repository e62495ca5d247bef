# The bucket of terraform/bootstrap. Its name and region come from backend.tfbackend, which `make bootstrap` writes, and
# the key is the name of the environment's folder: see scripts/init.
terraform {
  backend "s3" {
    # Nobody else can apply while one does; the lock is an object beside the state.
    use_lockfile = true
    encrypt      = true
  }
}
