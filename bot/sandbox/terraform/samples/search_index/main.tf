# The plan is fine; the index then refuses its new mapping.

resource "terraform_data" "mapping" {
  input = "products-v2"
}

resource "terraform_data" "index" {
  input = terraform_data.mapping.output

  provisioner "local-exec" {
    command = "echo 'search cluster: mapping products-v2 conflicts with field price (text, was integer)' >&2; exit 1"
  }
}
