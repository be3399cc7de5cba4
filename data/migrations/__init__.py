"""Alembic's scripts, run on the connection that `data.database` hands over."""
