"""A shop's reports as people and programs ask for them."""
