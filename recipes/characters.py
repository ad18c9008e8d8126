"""Trains a GRU that reads Pride and Prejudice character by character; writes texts, vocabulary, network and card."""

import argparse
import copy
import math
import re
import subprocess
from pathlib import Path

import numpy as np
import torch

import card
import files
import language_model
import onnx_file

PACKAGE = "r-cran-janeaustenr"
BOOK = "janeaustenr::prideprejudice"
FIRST_CHAPTER = {"train": 1, "validation": 49, "test": 54}
CHAPTERS = 61

EMBEDDING = 64
HIDDEN = 128
DROPOUT = 0.1
EPOCHS = 16
STREAMS = 32  # places of the training text that are read side by side
STEPS = 100  # characters between two updates
LEARNING_RATE = 5e-3
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t"}


class Reader(torch.nn.Module):
    """tokens [time, batch], h0 [1, batch, HIDDEN] -> logits [time, batch, symbols] of the next character, hn as h0."""

    def __init__(self, symbols: int):
        super().__init__()
        self.embed = torch.nn.Embedding(symbols, EMBEDDING)
        self.recurrent = torch.nn.GRU(EMBEDDING, HIDDEN)
        self.dropout = torch.nn.Dropout(DROPOUT)  # in training only
        self.predict = torch.nn.Linear(HIDDEN, symbols)

    def forward(self, tokens, h0):
        hidden, hn = self.recurrent(self.dropout(self.embed(tokens)), h0)
        return self.predict(self.dropout(hidden)), hn


def load_book(source: Path | None) -> str:
    """The novel as the R package has it, or from a text file."""
    if source:
        return source.read_text(encoding="utf-8")
    command = ["Rscript", "--vanilla", "-e", f"writeLines({BOOK})"]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def split(book: str) -> dict[str, str]:
    """Whole chapters, in the order of the book; the title page is left out."""
    starts = {int(found[1]): found.start() for found in re.finditer(r"^Chapter (\d+)$", book, re.MULTILINE)}
    bounds = [starts[chapter] for chapter in FIRST_CHAPTER.values()] + [len(book)]
    return {name: book[begin:end] for name, begin, end in zip(FIRST_CHAPTER, bounds, bounds[1:])}


def vocabulary_of(texts: dict[str, str]) -> list[str]:
    """The characters of the training text, sorted. The other parts may not need any other."""
    vocabulary = sorted(set(texts["train"]))
    unknown = set("".join(texts.values())) - set(vocabulary)
    if unknown:
        raise SystemExit(f"characters that the training text does not have: {sorted(unknown)}")
    return vocabulary


def encode(text: str, vocabulary: list[str]) -> np.ndarray:
    number = {symbol: index for index, symbol in enumerate(vocabulary)}
    return np.array([number[symbol] for symbol in text], dtype=np.int64)


def train(tokens: np.ndarray, validation: np.ndarray, symbols: int, seed: int) -> Reader:
    """Adam on cross entropy; the state is carried along each stream; keeps the epoch with the best validation."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = Reader(symbols)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    updates = EPOCHS * updates_per_epoch(tokens)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    best_loss, best_state = float("inf"), None
    for epoch in range(1, EPOCHS + 1):
        run_epoch(model, optimizer, schedule, tokens, random)
        loss = cross_entropy(model, validation)
        print(f"epoch {epoch}: perplexity on validation {math.exp(loss):.4f}", flush=True)
        if loss < best_loss:
            best_loss, best_state = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return model


def updates_per_epoch(tokens: np.ndarray) -> int:
    """One stretch of each stream is left over: where an epoch begins is drawn within it."""
    return (len(tokens) // STREAMS - 1) // STEPS - 1


def run_epoch(model, optimizer, schedule, tokens: np.ndarray, random) -> None:
    model.train()
    length = len(tokens) // STREAMS
    streams = torch.from_numpy(tokens[:length * STREAMS].reshape(STREAMS, length).T.copy())
    first = int(random.integers(0, STEPS))
    state = torch.zeros(1, STREAMS, HIDDEN)
    for update in range(updates_per_epoch(tokens)):
        begin = first + update * STEPS
        logits, state = model(streams[begin:begin + STEPS], state)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), streams[begin + 1:begin + STEPS + 1].flatten())
        state = state.detach()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def cross_entropy(model, tokens: np.ndarray) -> float:
    """Mean over all characters but the first, in nats; read in one go from the zero state."""
    model.eval()
    stream = torch.from_numpy(tokens)
    with torch.no_grad():
        logits, _ = model(stream[:-1, None], torch.zeros(1, 1, HIDDEN))
        return torch.nn.functional.cross_entropy(logits[:, 0], stream[1:]).item()


def export(model, path: Path) -> None:
    example = (torch.zeros(5, 2, dtype=torch.int64), torch.zeros(1, 2, HIDDEN))
    steps, state = {0: "time", 1: "batch"}, {1: "batch"}
    axes = {"tokens": steps, "h0": state, "logits": steps, "hn": state}
    onnx_file.export(model, example, path, ["tokens", "h0"], ["logits", "hn"], axes,
                     "GRU that predicts the next character of a novel; the state goes from h0 to hn")


def write_card(model, vocabulary, tokens: dict, figures: dict, seed: int, path: Path) -> None:
    parameters = sum(parameter.numel() for parameter in model.parameters())
    rows = [[name, chapters(name), str(len(tokens[name])), *(f"{value:.4f}" for value in figures[name])]
            for name in tokens]
    card.write(path, "Characters of a novel, GRU", {
        "Task": "The next character of Jane Austen's Pride and Prejudice.",
        "Data": DATA,
        "Split": "By chapters, in the order of the book: no chapter is in two parts; the title page is left out. The "
                 "validation part chose the epoch.",
        "Network": f"`tokens` int64 [time, batch] -> Gather, {EMBEDDING} values a character -> GRU, hidden size "
                   f"{HIDDEN} -> MatMul, Add -> `logits` float [time, batch, {len(vocabulary)}]. The state is an input, `h0` "
                   f"float [1, batch, {HIDDEN}], and an output, `hn`: hand it on from call to call. {parameters} "
                   f"parameters. Token n is line n, counted from 0, of [{VOCABULARY}]({VOCABULARY}): one symbol a "
                   "line, with `\\n`, `\\t` and `\\\\` for newline, tab and backslash; the line that holds one space is the "
                   "space.",
        "Training": f"Adam, {EPOCHS} epochs, {STREAMS} streams, {STEPS} characters between updates, learning rate "
                    f"{LEARNING_RATE} falling as a cosine, dropout {DROPOUT}, seed {seed}; one thread.",
        "Figures": "Perplexity per character in float32, computed by ONNX Runtime from the ONNX file: each part is "
                   "read once from its beginning in one stream, zero state at the start, the state carried to the end; the "
                   "first character is only an input. For comparison the perplexity of the training text's character "
                   "frequencies alone.\n\n"
                   + card.table(["part", "chapters", "characters", "network", "frequencies"], rows),
    })


def chapters(part: str) -> str:
    starts = [*FIRST_CHAPTER.values(), CHAPTERS + 1]
    position = list(FIRST_CHAPTER).index(part)
    return f"{starts[position]} to {starts[position + 1] - 1}"


VOCABULARY = "characters-vocabulary.txt"
DATA = """Jane Austen, Pride and Prejudice (1813), with its line breaks, as Debian 12's r-cran-janeaustenr 1.0.0 ships
it (`janeaustenr::prideprejudice`). The novel is in the public domain: [LICENSES.md](../LICENSES.md)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("examples/characters"),
                        help="folder to write (default: %(default)s)")
    parser.add_argument("--source", type=Path, help=f"the novel as a text file (default: from {PACKAGE})")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    torch.set_num_threads(1)
    arguments.output.mkdir(parents=True, exist_ok=True)
    texts = split(load_book(arguments.source))
    vocabulary = vocabulary_of(texts)
    for name, text in texts.items():
        files.write(arguments.output / f"{name}.txt", text)
    lines = [ESCAPES.get(symbol, symbol) + "\n" for symbol in vocabulary]
    files.write(arguments.output / VOCABULARY, "".join(lines))
    tokens = {name: encode(text, vocabulary) for name, text in texts.items()}
    model = train(tokens["train"], tokens["validation"], len(vocabulary), arguments.seed)
    path = arguments.output / "characters-gru.onnx"
    export(model, path)
    figures = {name: (language_model.perplexity(path, part),
                      language_model.frequencies(tokens["train"], part, len(vocabulary)))
               for name, part in tokens.items()}
    print(path.name, {name: f"{pair[0]:.4f}" for name, pair in figures.items()})
    write_card(model, vocabulary, tokens, figures, arguments.seed, path)


if __name__ == "__main__":
    main()
