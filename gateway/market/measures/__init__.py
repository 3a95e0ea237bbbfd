"""What the desk learnt after: markouts, spreads, where money went, what it holds, limits used."""
