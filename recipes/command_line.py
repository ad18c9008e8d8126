"""The options that the recipes for data which cannot be shipped have in common."""

import argparse
from pathlib import Path

import torch


def parse(description: str, data: list[str], task: str, epochs: dict[str, int]) -> argparse.Namespace:
    """data: the files below the folder --data, which `task` says where to get; epochs: the default for each cell. Prints
    the seed, makes the output folder."""
    defaults = ", ".join(f"{count} for {cell}" for cell, count in epochs.items())
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help=f"folder that holds {', '.join(data)}")
    parser.add_argument("--cell", choices=list(epochs), required=True, help="recurrent layer")
    parser.add_argument("--seed", type=int, default=1, help="of the training (default: 1)")
    parser.add_argument("--output", type=Path, help="folder to write (default: models in the folder --data)")
    parser.add_argument("--epochs", type=int, help=f"default: {defaults}; 1 shows that all works")
    parser.add_argument("--threads", type=int, default=1, help="default: 1")
    arguments = parser.parse_args()
    if arguments.output is None:
        arguments.output = arguments.data / "models"
    if arguments.epochs is None:
        arguments.epochs = epochs[arguments.cell]
    if arguments.epochs < 1 or arguments.threads < 1:
        parser.error("--epochs and --threads are 1 or more")
    for path in (arguments.data / name for name in data):
        if not path.is_file():
            parser.error(f"{path} does not exist: {task} says where to get it")
    torch.set_num_threads(arguments.threads)
    arguments.output.mkdir(parents=True, exist_ok=True)
    print(f"seed {arguments.seed}", flush=True)
    return arguments
