"""Pictures as places and sizes; the templates draw them."""
