"""Files that a command writes into a folder."""

import os
from collections.abc import Mapping
from pathlib import Path


def write_files(folder: Path, files: Mapping[str, str], *, yes: bool) -> bool:
    """Write the files; whether that was done. A name may have folders in it.

    What would be replaced is asked about, and kept beside the new file. InputError where the
    folder cannot be made, or a file not be read or written.
    """
    from opskit import output
    from opskit.files import make_folder, read_bytes, write_atomic
    from opskit.output.text import count

    targets = {folder / name: text.encode() for name, text in files.items()}
    old = {path: read_bytes(path) for path in targets if os.path.lexists(path)}
    replaced = [path for path, data in old.items() if data != targets[path]]
    for path in replaced:
        output.message(f"{path}: would be replaced")
    if replaced and not output.confirm(f"Replace {count(len(replaced), 'file')}?", yes=yes):
        output.message("nothing was written")
        return False
    for parent in dict.fromkeys(path.parent for path in targets):
        make_folder(parent)
    for path, data in targets.items():
        kept = write_atomic(path, data, backup=True)
        unchanged = path in old and path not in replaced
        state = "unchanged" if unchanged else f"written{f'; as it was: {kept}' if kept else ''}"
        output.message(f"{path}: {state}")
    return True
