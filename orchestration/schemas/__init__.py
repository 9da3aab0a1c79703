"""The contract of every lake table, one module each."""
