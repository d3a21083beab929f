"""The merchant's files: their shape, their loading from texts, and every mistake in them told exactly."""
