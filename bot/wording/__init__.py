"""Words: the merchant's templates, loaded, checked against the facts each key may use, and rendered per channel."""
