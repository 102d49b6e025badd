"""A Slack server for one workspace: Web API, Socket Mode, signed deliveries, response URLs, and people who type and click."""
