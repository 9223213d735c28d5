"""What is kept: snapshots, plans, decisions and the append-only log."""

from optimiser.workspace.folder import current, is_workspace
from optimiser.workspace.records import handed_over

__all__ = ["current", "handed_over", "is_workspace"]
