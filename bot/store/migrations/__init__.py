"""Alembic's revisions, in batch mode for SQLite. Each expands first and contracts a release later."""
