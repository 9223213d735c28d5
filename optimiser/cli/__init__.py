"""The commands; the only print."""
