"""Writes a file so that there is a whole one at any time: the old one, or the new one."""

import os
from pathlib import Path


def write(path: Path, content: bytes | str) -> None:
    """Into a second file that then takes the place of the first; text becomes UTF-8 with its line ends as they are."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
