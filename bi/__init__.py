"""Set-ups of BI tools that read the published warehouse."""
