"""The desk's own ranges in concentrated pools: decided, opened, measured and taken back."""
