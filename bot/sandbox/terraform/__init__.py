"""A Runs API server with real runs, on loopback: the wire of HCP Terraform, and terraform itself or a script behind it."""
