"""Trains a GRU or LSTM, embedding tied, that reads the Penn Treebank by words; writes vocabulary, network and card."""

import math
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import card
import command_line
import files
import language_model
import onnx_file
import recurrent
import sampled_softmax
import training

HIDDEN = 300  # and values of an embedding: they are tied
EMBEDDING_DROPOUT = 0.4
HIDDEN_DROPOUT = 0.5
EPOCHS = {"gru": 12, "lstm": 20}
FREQUENT = 1000  # words that are in every update's softmax
DRAWN = 1000  # of the other words, anew for each update
STREAMS = 20  # places of the training text that are read side by side
STEPS = 35  # words between two updates
LEARNING_RATE = 3e-3
WARM_UP = 0.05  # share of the updates
WEIGHT_DECAY = 0.03
CLIP = 1.0
VALIDATION_STREAMS = 10
END_OF_LINE = "<eos>"
DATA = {"train": "data/ptb/ptb.train.txt", "validation": "data/ptb/ptb.valid.txt", "test": "data/ptb/ptb.test.txt"}
VOCABULARY = "ptb-vocab.txt"


class Reader(torch.nn.Module):
    """tokens [time, batch] and states [1, batch, HIDDEN] -> logits [time, batch, words] of the next word, and the states."""

    def __init__(self, cell: str, words: int):
        super().__init__()
        self.embed = torch.nn.Embedding(words, HIDDEN)
        torch.nn.init.uniform_(self.embed.weight, -0.1, 0.1)
        self.recurrent = recurrent.layer(cell, HIDDEN, HIDDEN)
        self.bias = torch.nn.Parameter(torch.zeros(words))
        self.embedding_dropout = recurrent.LockedDropout(EMBEDDING_DROPOUT)
        self.hidden_dropout = recurrent.LockedDropout(HIDDEN_DROPOUT)

    def hidden(self, tokens, *states):
        states = states if len(states) == 2 else states[0]
        hidden, states = self.recurrent(self.embedding_dropout(self.embed(tokens)), states)
        return self.hidden_dropout(hidden), states if isinstance(states, tuple) else (states,)

    def forward(self, tokens, *states):
        hidden, states = self.hidden(tokens, *states)
        return functional.linear(hidden, self.embed.weight, self.bias), *states

    def zero_states(self, batch: int) -> tuple[torch.Tensor, ...]:
        return (torch.zeros(1, batch, HIDDEN),) * (2 if isinstance(self.recurrent, torch.nn.LSTM) else 1)


class Text:
    """The training text as batches, and the words among which an update's softmax chooses."""

    def __init__(self, tokens: np.ndarray, words: int):
        length = len(tokens) // STREAMS
        self.streams = torch.from_numpy(tokens[:length * STREAMS].reshape(STREAMS, length).T.copy())
        self.updates = (length - 1) // STEPS - 1  # where an epoch begins is drawn within one stretch
        by_count = torch.from_numpy(np.argsort(-np.bincount(tokens, minlength=words), kind="stable"))
        self.frequent, self.others = by_count[:FREQUENT], by_count[FREQUENT:]

    def batches(self):
        """Inputs and targets [STEPS, STREAMS], whether the states begin anew, the softmax's words."""
        first = int(torch.randint(STEPS, ()))
        for update in range(self.updates):
            begin = first + update * STEPS
            words = sampled_softmax.draw_words(self.frequent, self.others, DRAWN)
            yield self.streams[begin:begin + STEPS], self.streams[begin + 1:begin + STEPS + 1], update == 0, words


class Loss:
    """Cross entropy of a batch; carries the states along the streams from batch to batch. Matrices are multiplied in
    bfloat16, which saves time, where the processor has AVX-512: elsewhere PyTorch has no LSTM for it, and they are
    multiplied in float32. Weights and their updates are float32."""

    def __init__(self):
        self.has_bfloat16 = torch.backends.cpu.get_cpu_capability() == "AVX512"
        print(f"products     {'bfloat16' if self.has_bfloat16 else 'float32'}")

    def __call__(self, model: Reader, batch) -> torch.Tensor:
        inputs, targets, begins, words = batch
        states = model.zero_states(STREAMS) if begins else self.states
        with torch.autocast("cpu", torch.bfloat16, enabled=self.has_bfloat16):
            hidden, states = model.hidden(inputs, *states)
            self.states = tuple(state.detach().float() for state in states)
            return sampled_softmax.cross_entropy(hidden.flatten(0, 1), model.embed.weight, model.bias, targets.flatten(),
                                                 *words)


def read(path: Path) -> list[str]:
    """The words of a text, END_OF_LINE after each line."""
    return [word for line in path.read_text(encoding="utf-8").splitlines() for word in [*line.split(), END_OF_LINE]]


def perplexity(model: Reader, tokens: np.ndarray) -> float:
    """In streams side by side, which is quick; the figures on the card come from one stream."""
    model.eval()
    length = len(tokens) // VALIDATION_STREAMS
    streams = torch.from_numpy(tokens[:length * VALIDATION_STREAMS].reshape(VALIDATION_STREAMS, length).T.copy())
    states = model.zero_states(VALIDATION_STREAMS)
    total = 0.0
    with torch.no_grad():
        for inputs, targets in zip(streams[:-1].split(100), streams[1:].split(100)):
            logits, *states = model(inputs, *states)
            total += functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").item()
    return math.exp(total / streams[1:].numel())


def train(cell: str, tokens: dict, words: int, seed: int, epochs: int, checkpoint: Path) -> Reader:
    torch.manual_seed(seed)
    model = Reader(cell, words)
    text = Text(tokens["train"], words)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, epochs * text.updates, pct_start=WARM_UP,
                                                   cycle_momentum=False)
    run = training.Run(model, optimizer, schedule, {"cell": cell, "seed": seed, "epochs": epochs}, CLIP)
    task = training.Task(text.batches, text.updates, Loss(), lambda model: perplexity(model, tokens["validation"]),
                         "perplexity")
    training.train(run, task, epochs, checkpoint)
    return model


def export(model: Reader, cell: str, path: Path) -> None:
    inputs, outputs = (["h0"], ["hn"]) if cell == "gru" else (["h0", "c0"], ["hn", "cn"])
    axes = {"tokens": {0: "time", 1: "batch"}, "logits": {0: "time", 1: "batch"}}
    axes |= {state: {1: "batch"} for state in inputs + outputs}
    example = (torch.zeros(5, 2, dtype=torch.int64), *model.zero_states(2))
    onnx_file.export(model, example, path, ["tokens", *inputs], ["logits", *outputs], axes,
                     f"{cell.upper()} that predicts the next word; decoder and embedding are one tensor")


def write_card(cell: str, model: Reader, tokens: dict, figures: dict, arguments, path: Path) -> None:
    states = "`h0`" if cell == "gru" else "`h0`, `c0`"
    rows = [[name, str(len(tokens[name])), *(f"{value:.3f}" for value in figures[name])] for name in figures]
    card.write(path, f"Penn Treebank, {cell.upper()}", {
        "Task": "The next word of the Penn Treebank.",
        "Data": "The text as preprocessed by Mikolov: 10,000 words, numbers as N, rare words as `<unk>`; `<eos>` after "
                "each line. From the Linguistic Data Consortium (LDC99T42), whose licence is needed.",
        "Network": f"`tokens` int64 [time, batch] -> Gather, {HIDDEN} values a word -> {cell.upper()}, hidden size {HIDDEN} "
                   "-> MatMul with the transposed embedding, Add -> `logits` float [time, batch, words]. Inputs "
                   f"{states} float [1, batch, {HIDDEN}] and outputs of the same shape hand the state from call to call. "
                   f"{sum(parameter.numel() for parameter in model.parameters())} parameters. Token n is line n, counted "
                   f"from 0, of [{VOCABULARY}]({VOCABULARY}).",
        "Training": f"AdamW, {arguments.epochs} epochs, {STREAMS} streams, {STEPS} words between updates, learning rate "
                    f"rising to {LEARNING_RATE} over {WARM_UP:.0%} of the updates and falling as a cosine, weight decay "
                    f"{WEIGHT_DECAY}, dropout {EMBEDDING_DROPOUT} on the embedding and {HIDDEN_DROPOUT} on the hidden state, "
                    f"softmax over {FREQUENT} frequent and {DRAWN} drawn words; seed {arguments.seed}.",
        "Figures": "Perplexity per word in float32, computed by ONNX Runtime from the ONNX file: each part is read once in "
                   "one stream from the zero state; the first word is only an input. For comparison the perplexity of "
                   "the training text's word frequencies alone. The validation part chose the settings and the epoch.\n\n"
                   + card.table(["part", "words", "network", "frequencies"], rows),
    }, card.ELSEWHERE)


def load(folder: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """The tokens of the three texts, and the vocabulary: the training text's words in order of first occurrence."""
    texts = {part: read(folder / name) for part, name in DATA.items()}
    number = {word: token for token, word in enumerate(dict.fromkeys(texts["train"]))}
    for part, text in texts.items():
        if unknown := set(text) - number.keys():
            raise SystemExit(f"{folder / DATA[part]}: {min(unknown)!r} is not a word of the training text; the text as "
                             "preprocessed by Mikolov is needed, where rare words are <unk>")
    return {part: np.array([number[word] for word in text]) for part, text in texts.items()}, list(number)


def main() -> None:
    arguments = command_line.parse(__doc__, list(DATA.values()), "examples/ptb/ptb.toml", EPOCHS)
    tokens, vocabulary = load(arguments.data)
    files.write(arguments.output / VOCABULARY, "".join(word + "\n" for word in vocabulary))
    path = arguments.output / f"ptb-{arguments.cell}.onnx"
    model = train(arguments.cell, tokens, len(vocabulary), arguments.seed, arguments.epochs,
                  path.with_suffix(training.SUFFIX))
    export(model, arguments.cell, path)
    figures = {part: (language_model.perplexity(path, tokens[part]),
                      language_model.frequencies(tokens["train"], tokens[part], len(vocabulary)))
               for part in ("validation", "test")}
    print(path.name, {part: f"{pair[0]:.3f}" for part, pair in figures.items()})
    write_card(arguments.cell, model, tokens, figures, arguments, path)


if __name__ == "__main__":
    main()
