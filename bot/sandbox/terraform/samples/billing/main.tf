# The rate table is empty, so invoices cannot be planned.

variable "rates" {
  description = "Price per unit for each plan that is sold."
  type        = map(number)
  default     = {}
}

resource "terraform_data" "invoices" {
  input = var.rates

  lifecycle {
    precondition {
      condition     = length(var.rates) > 0
      error_message = "The rate table is empty: set the variable rates, for example { basic = 9 }."
    }
  }
}
