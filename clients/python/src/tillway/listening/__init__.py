"""``tillway listen``: a shop's events, forwarded to a receiver on a laptop as webhooks come."""
