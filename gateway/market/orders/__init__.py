"""The order book as a venue: owners with balances, commands as rows, fills in the ledger."""
