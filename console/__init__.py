"""The operator's and merchant's side: commands, logs, measures of the machine, and later the web pages."""
