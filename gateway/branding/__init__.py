"""A shop's own face: its logo and its colour, on every page that its customers see."""
