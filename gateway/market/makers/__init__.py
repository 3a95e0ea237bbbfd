"""The outside makers: whom we ask for firm orders, what they answered, and how they stand."""
