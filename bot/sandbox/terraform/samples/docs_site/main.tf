# The documentation is published anew with every run, without anybody's confirmation.

resource "terraform_data" "bucket" {
  input = "docs-example-com"
}

resource "terraform_data" "publication" {
  input = {
    bucket = terraform_data.bucket.output
    at     = timestamp()
  }
}

output "url" {
  value = "https://docs.example.com"
}
