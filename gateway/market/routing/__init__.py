"""Where to sell what comes in: the best way over the venues of a chain, gas included."""
