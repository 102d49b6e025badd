"""SQLite and PostgreSQL: the only home of SQLAlchemy, Alembic and their drivers. What is asked of it is said in bot/services/ports.py."""
