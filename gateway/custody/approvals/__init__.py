"""Acts that need two people and a delay before anything is done."""
