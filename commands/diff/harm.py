"""What a changed object loses: Kubernetes refuses the change, nothing reads its data any more, or its pods go."""

from commands import immutable
from commands.diff.outages import falls_to_one
from commands.diff.versions import unreadable
from commands.manifest_files import Object


def harm(old: Object, new: Object) -> str | None:
    """Why the object cannot be changed in place, or not without its data or its pods, in words that follow its name."""
    if why := immutable.refused(old, new):
        return f"{why}; it must be deleted and made anew"
    return (unreadable(old, new) if new["kind"] == "StatefulSet" else None) or falls_to_one(old, new)
