"""Measuring the mentions of a lake against hand-made labels."""
