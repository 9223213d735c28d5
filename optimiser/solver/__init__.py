"""Numbers in, numbers out: relax, polish, bound. Knows no client."""
