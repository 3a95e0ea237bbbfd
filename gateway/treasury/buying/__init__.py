"""Currency that the house buys for payouts to banks: what was sold for it, and the proof."""
