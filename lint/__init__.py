"""House rules that no general linter knows; `python -m lint` checks them."""
