"""Files to Snapshot and back; every complaint with file, line and column; the demo region."""
