"""What the authorities are told: drafted from a case, approved by a second person, written as a
file, and followed until it is acknowledged. The house's alone."""
