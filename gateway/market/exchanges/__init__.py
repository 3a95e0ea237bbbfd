"""Outside exchanges, behind one small interface."""
