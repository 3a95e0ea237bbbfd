"""What programs asked of the API, and what they were answered: the log that a shop reads."""
