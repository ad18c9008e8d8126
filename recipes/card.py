"""Writes the card of a network: the Markdown file beside the ONNX file that says what it is and how it was made."""

import hashlib
import sys
import textwrap
from importlib.metadata import version
from pathlib import Path

import files
import onnx_file

BESIDE_THE_RECIPES = "[how to set up](../../recipes/README.md)"
ELSEWHERE = "how to set up: recipes/README.md in Fixgate's repository"
TOOLS = ("torch", "numpy", "onnx", "onnxruntime")
WRAPPER = textwrap.TextWrapper(width=120, break_long_words=False, break_on_hyphens=False)


def write(model_path: Path, title: str, sections: dict[str, str], set_up: str = BESIDE_THE_RECIPES) -> None:
    """Writes <model>.md: the sections in order, then the file's facts and the command that made it; `set_up` is where the
    card finds out how to repeat it."""
    lines = [f"# {title}", ""]
    for heading, text in (sections | made_by(model_path, set_up)).items():
        lines += [f"## {heading}", wrap(text), ""]
    files.write(model_path.with_suffix(".md"), "\n".join(lines))


def wrap(text: str) -> str:
    """Fills the paragraphs; a table stays as it is."""
    paragraphs = [paragraph.strip() for paragraph in text.split("\n\n")]
    return "\n\n".join(paragraph if paragraph.startswith("|") else WRAPPER.fill(paragraph) for paragraph in paragraphs)


def made_by(model_path: Path, set_up: str) -> dict[str, str]:
    digest = hashlib.sha256(model_path.read_bytes()).hexdigest()
    tools = ", ".join(f"{tool} {version(tool).split('+')[0]}" for tool in TOOLS)
    return {
        "File": f"`{model_path.name}`, {model_path.stat().st_size} bytes, SHA-256 `{digest}`, ONNX operator set "
                f"{onnx_file.OPERATOR_SET}. Operators: {onnx_file.operators(model_path)}.",
        "Made by": f"`{command()}`, run in this repository's top folder, with {tools} "
                   f"({set_up}).",
    }


def command() -> str:
    """The command line as a reader would type it: without this machine's paths."""
    return " ".join(["python", f"recipes/{Path(sys.argv[0]).name}", *sys.argv[1:]])


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
