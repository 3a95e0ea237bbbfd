"""`manage.py backtest`: the desk played over a file of prices or a seeded path, and its report."""
