"""The shop's other systems: what they tell us, verified and handed on."""
