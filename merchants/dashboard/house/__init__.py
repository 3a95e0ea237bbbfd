"""The pages of who runs the house: its books, what needs two people, what was reconciled."""
