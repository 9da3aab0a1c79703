"""Pure Polars transforms of lake tables. No Dagster."""
