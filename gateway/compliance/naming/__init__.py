"""Whether a name is that of somebody on a list, and why. The core is pure."""
