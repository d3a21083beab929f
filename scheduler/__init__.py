"""When things run. Calls bot/service.py and decides nothing itself."""
