"""The mind: what Doorstep understands, decides and says. Pure: no I/O, no clock, no database, no Flask, no Twilio."""
