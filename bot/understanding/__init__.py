"""Text → Reading: rules, the customer's own records, and phrases. Pure and deterministic; the model behind it may change."""
