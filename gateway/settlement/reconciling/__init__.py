"""Reconciliation: what the journal says lies somewhere, against what that place itself says."""
