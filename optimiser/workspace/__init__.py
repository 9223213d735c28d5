"""What is kept: snapshots, plans, decisions and the append-only log."""

from optimiser.workspace.folder import current, is_workspace
from optimiser.workspace.records import facts_purged, handed_over

__all__ = ["current", "facts_purged", "handed_over", "is_workspace"]
