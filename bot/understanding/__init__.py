"""Text → Reading: rules, the customer's own records, and phrases.

Pure and deterministic. The model of intents may change behind the same Reading.
"""
