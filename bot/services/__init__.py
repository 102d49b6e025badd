"""Use cases. What they need of the outside is said in ports.py; adapters fit by shape."""
