"""Faults put in on purpose: what is published stays whole, and the next run heals."""
