"""Constant-product and concentrated pools in exact integers, equal to the deployed contracts."""
