# One record for each product of the catalog: planning them all takes a while.

variable "products" {
  description = "How many products the catalog has."
  type        = number
  default     = 6000
}

resource "terraform_data" "product" {
  count = var.products
  input = {
    sku   = format("SKU-%06d", count.index + 1)
    price = 5 + (count.index * 7) % 995
  }
}

output "products" {
  value = length(terraform_data.product)
}
