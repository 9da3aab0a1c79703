"""Superset on the published warehouse: `make superset`."""
