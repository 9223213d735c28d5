"""What has changed between a snapshot and the next export, and the snapshot that follows.

The tool derives only what is certain from the facts; what is not is listed as a question. Nobody is put
out of the target group here: who seems not to belong any more stays until an official confirms it.
"""

from optimiser.allocation.update.follow import Update, follow

__all__ = ["Update", "follow"]
