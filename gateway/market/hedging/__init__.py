"""When the desk gives a position away, how much of it, where and how fast."""
