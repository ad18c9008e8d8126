"""Trains an LSTM that predicts an electrocardiogram 4 samples ahead; writes data, network and card."""

import argparse
import copy
import subprocess
from pathlib import Path

import numpy as np
import torch

import card
import onnx_file

PACKAGE = "python3-scipy"
ADC_ZERO, ADC_GAIN = 1024, 200.0  # record 208: converter's zero; steps per millivolt
HORIZON = 4  # samples at 360 Hz: 11 ms
STEPS = 360  # one second
PARTS = {"train": 0.6, "validation": 0.2, "test": 0.2}

HIDDEN = 24
UPDATES = 3000
BATCH = 32
LEARNING_RATE = 1e-2
CHECK_EVERY = 50
LINEAR_TAPS = 16


class Predictor(torch.nn.Module):
    """[batch, steps, 1] samples in millivolt -> [batch, steps, 1] the samples HORIZON steps later."""

    def __init__(self):
        super().__init__()
        self.recurrent = torch.nn.LSTM(1, HIDDEN, batch_first=True)
        self.predict = torch.nn.Linear(HIDDEN, 1)

    def forward(self, inputs):
        hidden, _ = self.recurrent(inputs)
        return self.predict(hidden)


def source_file() -> Path:
    """ecg.dat as Debian 12's python3-scipy ships it."""
    listing = subprocess.run(["dpkg-query", "-L", PACKAGE], check=True, capture_output=True, text=True).stdout
    return Path(next(line for line in listing.splitlines() if line.endswith("/ecg.dat")))


def load_signal(path: Path) -> np.ndarray:
    """The recording in millivolt, float32."""
    with np.load(path) as archive:
        return ((archive["ecg"].astype(np.int64) - ADC_ZERO) / ADC_GAIN).astype(np.float32)


def stretches(signal: np.ndarray) -> dict[str, np.ndarray]:
    """The recording cut in time: the parts follow each other and share no sample."""
    ends = np.round(np.cumsum(list(PARTS.values()))[:-1] * len(signal)).astype(int)
    return dict(zip(PARTS, np.split(signal, ends)))


def windows(stretch: np.ndarray, starts) -> tuple[np.ndarray, np.ndarray]:
    """inputs and targets [n, STEPS, 1]."""
    rows = np.asarray(starts)[:, None] + np.arange(STEPS)
    return stretch[rows][:, :, None], stretch[rows + HORIZON][:, :, None]


def consecutive(stretch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows one after the other, as many as fit with their targets."""
    return windows(stretch, range(0, len(stretch) - HORIZON - STEPS + 1, STEPS))


def train(stretch: np.ndarray, validation, seed: int) -> Predictor:
    """Adam on the squared error of windows that start anywhere in the training stretch; keeps the best validation."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = Predictor()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, UPDATES)
    best_loss, best_state = float("inf"), None
    for update in range(1, UPDATES + 1):
        starts = random.integers(0, len(stretch) - HORIZON - STEPS + 1, BATCH)
        inputs, targets = (torch.from_numpy(array) for array in windows(stretch, starts))
        loss = torch.nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if update % CHECK_EVERY == 0:
            loss = squared_error(model, validation)
            if loss < best_loss:
                best_loss, best_state = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return model


def squared_error(model, part) -> float:
    inputs, targets = (torch.from_numpy(array) for array in part)
    with torch.no_grad():
        return torch.nn.functional.mse_loss(model(inputs), targets).item()


def rmse(predictions: np.ndarray, targets: np.ndarray) -> float:
    return float(np.sqrt(np.mean((predictions.astype(np.float64) - targets) ** 2)))


def linear_predictor(part) -> np.ndarray:
    """Least-squares weights of the last LINEAR_TAPS samples and a constant."""
    return np.linalg.lstsq(taps(part[0]), part[1].reshape(-1).astype(np.float64), rcond=None)[0]


def taps(inputs: np.ndarray) -> np.ndarray:
    """[n * steps, LINEAR_TAPS + 1]: the last samples, 0 before the window begins, and 1."""
    samples = np.pad(inputs[:, :, 0].astype(np.float64), ((0, 0), (LINEAR_TAPS - 1, 0)))
    history = np.lib.stride_tricks.sliding_window_view(samples, LINEAR_TAPS, axis=1).reshape(-1, LINEAR_TAPS)
    return np.hstack([history, np.ones((len(history), 1))])


def figures_of(path: Path, data: dict) -> dict[str, dict[str, float]]:
    """part -> RMSE in millivolt of the network and of two predictors without one."""
    weights = linear_predictor(data["train"])
    figures = {}
    for name, (inputs, targets) in data.items():
        figures[name] = {
            "network": rmse(onnx_file.run(path, {"inputs": inputs})[0], targets),
            "linear": rmse((taps(inputs) @ weights).reshape(targets.shape), targets),
            "persistence": rmse(inputs, targets),
        }
    return figures


def write_card(model, data: dict, figures: dict, seed: int, path: Path) -> None:
    parameters = sum(parameter.numel() for parameter in model.parameters())
    rows = [[name, str(len(data[name][0])), *(f"{value:.4f}" for value in figures[name].values())] for name in data]
    header = ["part", "sequences", "network", f"linear, {LINEAR_TAPS} samples", "persistence"]
    card.write(path, "Electrocardiogram, LSTM", {
        "Task": f"At every sample of an electrocardiogram, the sample {HORIZON} steps (11 ms) later. "
                "A test case for quantisation; not for any medical use.",
        "Data": DATA,
        "Split": "In time, so that no sample is in two parts: the first 60 % train, the next 20 % validation (which "
                 "chose when to stop), the last 20 % test; each cut into sequences of one second that follow each "
                 "other. All parts are of one patient.",
        "Network": f"`inputs` float [batch, steps, 1], millivolt -> LSTM, hidden size {HIDDEN}, zero initial state -> "
                   f"MatMul, Add at every step -> `predictions` float [batch, steps, 1], millivolt. "
                   f"{parameters} parameters.",
        "Training": f"Adam on the squared error, {UPDATES} updates of {BATCH} sequences that start anywhere in the "
                    f"training part, learning rate {LEARNING_RATE} falling as a cosine, seed {seed}; one thread.",
        "Figures": "Root mean square error in millivolt over all steps, the first of each sequence too; the network in "
                   "float32, computed by ONNX Runtime from the ONNX file. Persistence predicts the last sample; "
                   f"linear is the least-squares predictor from the last {LINEAR_TAPS} samples.\n\n"
                   + card.table(header, rows),
    })


DATA = """Record 208 (lead MLII, 19:35 to 24:35, 360 samples a second, 108000 samples) of the MIT-BIH Arrhythmia Database
on PhysioNet, as Debian 12's python3-scipy 1.10.1 ships it (`scipy/misc/ecg.dat`), in millivolt. It has normal beats,
pathological ones and artefacts. Licence and attribution: [LICENSES.md](../LICENSES.md)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("examples/ecg"),
                        help="folder to write (default: %(default)s)")
    parser.add_argument("--source", type=Path, help=f"ecg.dat (default: the one that {PACKAGE} installed)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    torch.set_num_threads(1)
    arguments.output.mkdir(parents=True, exist_ok=True)
    stretch = stretches(load_signal(arguments.source or source_file()))
    data = {name: consecutive(samples) for name, samples in stretch.items()}
    for name, (inputs, targets) in data.items():
        np.savez_compressed(arguments.output / f"{name}.npz", inputs=inputs, targets=targets)
    model = train(stretch["train"], data["validation"], arguments.seed)
    path = arguments.output / "ecg-lstm.onnx"
    axes = {0: "batch", 1: "steps"}
    onnx_file.export(model, (torch.zeros(2, 5, 1),), path, ["inputs"], ["predictions"],
                     {"inputs": axes, "predictions": axes}, f"LSTM that predicts an ECG {HORIZON} samples ahead")
    figures = figures_of(path, data)
    print(path.name, {name: {what: f"{value:.4f}" for what, value in row.items()} for name, row in figures.items()})
    write_card(model, data, figures, arguments.seed, path)


if __name__ == "__main__":
    main()
