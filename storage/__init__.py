"""Doorstep's own tables, and the only way to them: SQLite embedded, PostgreSQL spread out, one code path."""
