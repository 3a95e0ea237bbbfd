"""Our own order book: integer price–time priority, deterministic, replayable from its log."""
