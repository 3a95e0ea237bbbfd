"""The desk's own ranges in concentrated pools: exact amounts, and when a range is worth having."""
