"""The commands, one module per topic, registered by app.py."""
