"""Firm orders of outside makers: what they sign, what we accept, whom we ask. Pure."""
