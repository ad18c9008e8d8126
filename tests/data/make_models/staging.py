"""What every family hands to finish.py: STAGE/NAME.onnx, NAME.npz (inputs, and outputs of the framework), NAME.json."""

import json
import pathlib

import numpy as np


def folder(arguments):
    """The staging folder, the one argument of every make_*.py."""
    stage = pathlib.Path(arguments[1])
    stage.mkdir(parents=True, exist_ok=True)
    return stage


def leave(stage, name, about, inputs, outputs=None):
    """Leaves `about` (exporter, operator_set, what) and the tensors by graph name; `outputs` are the framework's."""
    arrays = {f"in:{key}": value for key, value in inputs.items()}
    arrays.update({f"out:{key}": value for key, value in (outputs or {}).items()})
    np.savez(stage / f"{name}.npz", **arrays)
    (stage / f"{name}.json").write_text(json.dumps({"name": name, **about}))


def tensors(stage, name, prefix):
    """The staged tensors of `name` whose key starts with `prefix` ("in" or "out"), by graph name."""
    with np.load(stage / f"{name}.npz") as arrays:
        return {key.split(":", 1)[1]: arrays[key] for key in arrays if key.startswith(prefix + ":")}
