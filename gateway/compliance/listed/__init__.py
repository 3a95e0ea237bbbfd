"""Who stands on a list, in one shape whatever its publisher's format; read, and kept by version."""
