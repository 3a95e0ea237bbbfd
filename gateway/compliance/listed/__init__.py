"""Who stands on a list, in one shape whatever its publisher's format. Pure."""
