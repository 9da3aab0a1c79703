"""Readers of a warehouse that is published anew under them."""
