"""Keeping the accounts that send in gas: look, say when it is low, and refill."""
