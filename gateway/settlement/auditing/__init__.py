"""What an auditor takes along: a period's books with everything that proves them, in one file."""
