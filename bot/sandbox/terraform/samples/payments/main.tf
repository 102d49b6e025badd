# Payments: a few things with a price, and one that a policy does not like.

terraform {
  required_version = ">= 1.4"
}

variable "retention_years" {
  type    = number
  default = 10
}

variable "gateway_key" {
  type      = string
  default   = "not-a-real-key"
  sensitive = true
}

resource "terraform_data" "ledger" {
  input = { name = "ledger", retention_years = var.retention_years }
}

resource "terraform_data" "receipts" {
  input = { bucket = "acme-receipts", public = true }
}

resource "terraform_data" "gateway" {
  input = { name = "gateway", key = var.gateway_key }
}

output "ledger" {
  value = terraform_data.ledger.output.name
}
