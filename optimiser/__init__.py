"""Assign jobseekers to coaches: tables -> snapshot -> problem -> solution -> plan -> check -> reports."""
