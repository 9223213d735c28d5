"""Clients to coaches: workload, rules, prices, groups, encode, decode, explain."""
