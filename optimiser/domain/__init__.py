"""What there is and what managers want: facts, policy, plan. No files, no encoding, no clock."""
