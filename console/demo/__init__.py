"""The demo: the sample shop on a fresh machine, with a phone in the browser and a clock that can be moved."""
