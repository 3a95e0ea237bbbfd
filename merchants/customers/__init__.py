"""Who bought from a shop, as the shop itself said it."""
