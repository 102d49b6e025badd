output "url" {
  description = "Where the shop is."
  value       = "https://${terraform_data.record.output.host}"
}
