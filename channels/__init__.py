"""The mouth and ears: one module per channel. Verify, parse, hand on; shape for the channel, send. Decides nothing."""
