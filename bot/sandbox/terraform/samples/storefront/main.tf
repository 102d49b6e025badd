# The shop, in each of its environments: the same configuration, told apart by the workspace's variables.

terraform {
  required_version = ">= 1.4"
}

locals {
  name = "storefront-${var.environment}"
  host = var.environment == "prod" ? "shop.example.com" : "${var.environment}.shop.example.com"
}

resource "terraform_data" "network" {
  input = {
    name = local.name
    cidr = var.cidr
  }
}

resource "terraform_data" "database" {
  input = {
    name    = "${local.name}-db"
    size    = var.database_size
    network = terraform_data.network.id
  }
}

resource "terraform_data" "cache" {
  input = {
    name    = "${local.name}-cache"
    network = terraform_data.network.id
  }
}

resource "terraform_data" "web" {
  count = var.replicas
  input = {
    name     = "${local.name}-web-${count.index + 1}"
    database = terraform_data.database.output.name
    cache    = terraform_data.cache.output.name
  }
}

resource "terraform_data" "record" {
  input = {
    host    = local.host
    targets = terraform_data.web[*].output.name
  }
}

# Each run rolls out anew, so that there is always something to review.
resource "terraform_data" "rollout" {
  input = {
    host = terraform_data.record.output.host
    at   = timestamp()
  }
}
