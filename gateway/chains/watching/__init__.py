"""How the watcher works: it asks, checks what it is told, and writes that down in one go."""
