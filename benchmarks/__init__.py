"""Benchmarks: phases x sizes; each asserts its result while it times."""
