"""Providers of liquidity: who they are, what they brought, and how they are paid out."""
