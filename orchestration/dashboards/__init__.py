"""The static pages that are built with every release: they open from the disk, and ask no network for anything."""
