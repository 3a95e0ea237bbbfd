"""How a quote is made: what all assets share, what each costs, and the answer."""
