"""The market-making router: what a token is worth to us now, and what we promise for it."""
