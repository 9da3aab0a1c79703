"""The podcast warehouse: raw podcast documents in, a DuckDB warehouse out."""
