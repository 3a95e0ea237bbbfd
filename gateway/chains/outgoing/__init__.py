"""How the sender works: it looks at the chain, follows what is signed, starts what is queued."""
