"""What is kept readable for a time and no longer: sealed under keys that can be thrown away."""
