variable "environment" {
  description = "The environment's name, which becomes part of every name in it."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environment is dev, staging or prod."
  }
}

variable "replicas" {
  description = "How many web servers there are."
  type        = number
  default     = 1
}

variable "database_size" {
  description = "The size of the database."
  type        = string
  default     = "small"
}

variable "cidr" {
  description = "The addresses of the network."
  type        = string
  default     = "10.10.0.0/16"
}
