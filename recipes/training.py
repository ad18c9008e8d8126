"""A training run that can be stopped at any time and started again: it goes on after the last whole epoch."""

import copy
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable

import torch

import files
from progress import Progress

SUFFIX = ".checkpoint"


@dataclass
class Task:
    """What is trained: `batches` yields those of an epoch, drawn with PyTorch's random state; `loss` gives the mean loss of
    one of them, `measure` the figure on the validation part, of which less is better."""
    batches: Callable[[], Iterable]
    updates: int  # an epoch
    loss: Callable
    measure: Callable
    figure: str


@dataclass
class Run:
    """All that an update depends on, and so all that a checkpoint holds."""
    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    settings: dict  # a checkpoint of other settings is refused
    clip: float  # largest norm of a gradient
    epoch: int = 0
    figures: list[float] = field(default_factory=list)  # on the validation part, an epoch
    best: dict | None = None  # the weights of the best of them

    def state(self) -> dict:
        return {"settings": self.settings, "epoch": self.epoch, "figures": self.figures, "best": self.best,
                "random": torch.get_rng_state(), "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(), "schedule": self.schedule.state_dict()}

    def save(self, path: Path) -> None:
        buffer = io.BytesIO()
        torch.save(self.state(), buffer)
        files.write(path, buffer.getvalue())

    def resume(self, path: Path) -> None:
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        if state["settings"] != self.settings:
            raise SystemExit(f"{path} is of a run with {state['settings']}, this one is {self.settings}: remove the file, "
                             "or name another --output")
        self.epoch, self.figures, self.best = state["epoch"], state["figures"], state["best"]
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        print(f"going on after epoch {self.epoch} of {path}", flush=True)


def train(run: Run, task: Task, epochs: int, checkpoint: Path) -> None:
    """Leaves the weights of the epoch with the best figure on the validation part in run.model."""
    run.resume(checkpoint)
    progress = Progress(epochs * task.updates, run.epoch * task.updates)
    while run.epoch < epochs:
        loss = run_epoch(run, task, progress, f"epoch {run.epoch + 1}/{epochs}")
        end_epoch(run, task.measure(run.model))
        run.save(checkpoint)
        print(f"epoch {run.epoch}/{epochs}: loss {loss:.4f}, {task.figure} on validation {run.figures[-1]:.4f}, "
              f"{progress.left()}", flush=True)
    run.model.load_state_dict(run.best)


def run_epoch(run: Run, task: Task, progress: Progress, label: str) -> float:
    run.model.train()
    total = 0.0
    for batch in task.batches():
        loss = task.loss(run.model, batch)
        run.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), run.clip)
        run.optimizer.step()
        run.schedule.step()
        total += loss.item()
        progress.step(f"{label}: loss {loss.item():.4f}")
    return total / task.updates


def end_epoch(run: Run, figure: float) -> None:
    if not run.figures or figure < min(run.figures):
        run.best = copy.deepcopy(run.model.state_dict())
    run.figures.append(figure)
    run.epoch += 1
