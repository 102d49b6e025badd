# The zone is managed elsewhere for now, and nothing is left to change here.

locals {
  zone = "example.com"
}
