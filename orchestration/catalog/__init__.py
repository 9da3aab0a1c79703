"""The entity catalogue as the transforms see it."""
