"""The Web API: one module a family of methods, each a function from a Call to the answer's document."""
