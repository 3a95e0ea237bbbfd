"""Where people decide: alerts gathered into cases, looked at, and closed by two."""
