"""Hedging live: decisions as rows, their swaps on chain, and inventory on its way."""
