"""Email: raw mail in, signed and threaded mail out. Nothing here decides what is said or reads the database."""
