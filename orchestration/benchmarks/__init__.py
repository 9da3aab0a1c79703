"""Small programs that measure what the design decisions rest on."""
