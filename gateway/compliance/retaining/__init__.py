"""How long things are kept, what is kept longer by law, what is erased and when, and what somebody
may have of all that is held about them. The house's alone."""
