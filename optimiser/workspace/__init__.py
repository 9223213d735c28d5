"""What is kept: snapshots, plans, decisions and the append-only log."""
