"""What the gateway took of a shop in a month: a fee invoice, or the credit note that undoes it."""
