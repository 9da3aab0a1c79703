"""Raw formats: one module each, and the registry that recognises them. Pure: no Dagster, no Polars."""
