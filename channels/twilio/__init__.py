"""SMS and WhatsApp through Twilio: verify, parse, hand on; shape, send, reconcile (CHANNELS.md 1 to 18).

`outbound` and `content` load the provider's client; a process that only takes webhooks never imports them.
"""
