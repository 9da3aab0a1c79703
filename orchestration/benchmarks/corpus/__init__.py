"""Corpora of any size made by ourselves, with the truth about what is in them."""
