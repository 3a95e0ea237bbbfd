"""What a shop's bookkeeper asks for: its days, its sales, and lines for its own books."""
