"""The float that payouts leave from: look, say when it is short, and refill it."""
