"""The pages of who runs the desk: what it holds, risks and earns, and acting on it."""
