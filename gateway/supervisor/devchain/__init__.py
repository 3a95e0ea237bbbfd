"""A chain to develop and test against: anvil with the contracts that shops really meet.

Nothing here is for a live chain: keys are well known, tokens are minted at will and the outside
price is simulated and says so.
"""
