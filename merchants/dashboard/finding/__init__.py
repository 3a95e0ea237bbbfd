"""The search of a shop's dashboard."""
