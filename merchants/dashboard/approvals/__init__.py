"""What waits for two people, in words: for the shop's own and for who runs the house."""
