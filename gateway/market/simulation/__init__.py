"""A seeded market and replays of files through the real desk. What comes out is labelled so."""
