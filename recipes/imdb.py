"""Trains a GRU or LSTM that tells a positive film review from a negative one; writes vocabulary, network and card."""

import collections
import re
import tarfile
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import card
import command_line
import files
import held_out
import onnx_file
import recurrent
import training

WORDS = 10_000  # with UNKNOWN
UNKNOWN = "<unk>"
LAST_WORDS = 200
EMBEDDING = 64
HIDDEN = 128
EMBEDDING_DROPOUT = 0.5
HIDDEN_DROPOUT = 0.3
EPOCHS = {"gru": 5, "lstm": 5}
BATCH = 64
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.01
CLIP = 1.0
ARCHIVE = "data/imdb/aclImdb.tar.gz"
VOCABULARY = "imdb-vocab.txt"
REVIEW = re.compile(r"aclImdb/(train|test)/(neg|pos)/\d+_\d+\.txt")


class Judge(torch.nn.Module):
    """tokens [time, batch] -> logit [batch, 1], positive for a positive review."""

    def __init__(self, cell: str):
        super().__init__()
        self.embed = torch.nn.Embedding(WORDS, EMBEDDING)
        self.recurrent = recurrent.layer(cell, EMBEDDING, HIDDEN)
        self.classify = torch.nn.Linear(HIDDEN, 1)
        self.embedding_dropout = recurrent.LockedDropout(EMBEDDING_DROPOUT)
        self.hidden_dropout = torch.nn.Dropout(HIDDEN_DROPOUT)  # in training only
        torch.nn.init.normal_(self.embed.weight, std=0.1)

    def forward(self, tokens):
        return self.classify(self.hidden_dropout(self.read(tokens)[-1]))

    def read(self, tokens):
        return self.recurrent(self.embedding_dropout(self.embed(tokens)))[0]

    def judge_padded(self, tokens, lengths):
        """As forward, of reviews that end at `lengths` [batch]; what stands after it is not looked at."""
        return self.classify(self.hidden_dropout(self.read(tokens)[lengths - 1, torch.arange(len(lengths))]))


def read(archive: Path) -> dict[str, list[tuple[str, list[str], int]]]:
    """part -> (path, words, 1 if positive) of each labelled review, sorted by path."""
    parts = {"train": [], "test": []}
    with tarfile.open(archive, "r|gz") as files:
        for file in files:
            if found := REVIEW.fullmatch(file.name):
                parts[found[1]].append((file.name, words_of(files.extractfile(file).read()), int(found[2] == "pos")))
    if not all(parts.values()):
        raise SystemExit(f"{archive} holds no reviews aclImdb/{{train,test}}/{{neg,pos}}/ID_RATING.txt: it is not the "
                         "archive of the Large Movie Review Dataset")
    return {part: sorted(reviews) for part, reviews in parts.items()}


def words_of(review: bytes) -> list[str]:
    return [word.decode() for word in re.findall(rb"[a-z0-9']+", review.lower().replace(b"<br />", b" "))]


def split(parts: dict) -> dict:
    """Takes Fixgate's validation part out of the training reviews."""
    chosen = held_out.draw(len(parts["train"]))
    return {"train": [review for review, out in zip(parts["train"], chosen) if not out],
            "validation": [review for review, out in zip(parts["train"], chosen) if out], "test": parts["test"]}


def vocabulary_of(reviews: list) -> list[str]:
    """UNKNOWN and the most frequent words, words of one frequency in order of the alphabet."""
    counts = collections.Counter(word for _, words, _ in reviews for word in words)
    return [UNKNOWN, *sorted(counts, key=lambda word: (-counts[word], word))[:WORDS - 1]]


def encode(reviews: list, vocabulary: list[str]) -> list[tuple[torch.Tensor, int]]:
    number = {word: token for token, word in enumerate(vocabulary)}
    return [(torch.tensor([number.get(word, 0) for word in words[-LAST_WORDS:]]), label) for _, words, label in reviews]


def batches(reviews: list):
    """Tokens [time, BATCH] padded behind, lengths [BATCH], labels [BATCH, 1]; reviews of about one length stand together."""
    order = torch.randperm(len(reviews)).tolist()
    order.sort(key=lambda review: len(reviews[review][0]))  # stable: those of one length stay shuffled
    groups = [order[begin:begin + BATCH] for begin in range(0, len(order), BATCH)]
    for group in torch.randperm(len(groups)).tolist():
        yield pad([reviews[review] for review in groups[group]])


def pad(reviews: list):
    tokens = torch.nn.utils.rnn.pad_sequence([tokens for tokens, _ in reviews])
    lengths = torch.tensor([len(tokens) for tokens, _ in reviews])
    return tokens, lengths, torch.tensor([[float(label)] for _, label in reviews])


def loss(model: Judge, batch) -> torch.Tensor:
    tokens, lengths, labels = batch
    return functional.binary_cross_entropy_with_logits(model.judge_padded(tokens, lengths), labels)


def error(model: Judge, reviews: list) -> float:
    """Share of the reviews that are judged wrongly."""
    model.eval()
    with torch.no_grad():
        wrong = [(model.judge_padded(tokens, lengths) > 0) != (labels > 0) for tokens, lengths, labels in batches(reviews)]
    return torch.cat(wrong).float().mean().item()


def train(cell: str, reviews: dict, seed: int, epochs: int, checkpoint: Path) -> Judge:
    torch.manual_seed(seed)
    model = Judge(cell)
    updates = -(-len(reviews["train"]) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, epochs * updates, cycle_momentum=False)
    run = training.Run(model, optimizer, schedule, {"cell": cell, "seed": seed, "epochs": epochs}, CLIP)
    task = training.Task(lambda: batches(reviews["train"]), updates, loss,
                         lambda model: error(model, reviews["validation"]), "error")
    training.train(run, task, epochs, checkpoint)
    return model


def export(model: Judge, cell: str, path: Path) -> None:
    onnx_file.export(model, (torch.zeros(5, 2, dtype=torch.int64),), path, ["tokens"], ["logit"],
                     {"tokens": {0: "time", 1: "batch"}, "logit": {0: "batch"}},
                     f"{cell.upper()} that tells positive film reviews from negative ones")


def accuracy(path: Path, reviews: list) -> float:
    """Of the ONNX file with ONNX Runtime, each review at its own length: those of the same length are a batch."""
    network = onnx_file.session(path)
    of_length = collections.defaultdict(list)
    for tokens, label in reviews:
        of_length[len(tokens)].append((tokens.numpy(), label))
    right = 0
    for batch in of_length.values():
        logits = network.run(None, {"tokens": np.stack([tokens for tokens, _ in batch], 1)})[0]
        right += int(((logits[:, 0] > 0) == np.array([label for _, label in batch])).sum())
    return right / len(reviews)


def write_card(cell: str, model: Judge, reviews: dict, figures: dict, arguments, path: Path) -> None:
    card.write(path, f"Film reviews, {cell.upper()}", {
        "Task": "Whether a film review is positive.",
        "Data": "Large Movie Review Dataset v1.0: A. L. Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011.",
        "Split": "The data set's own test part; a tenth of its training part for validation: the reviews that Fixgate "
                 "holds out for examples/imdb/imdb.toml.",
        "Network": f"`tokens` int64 [time, batch] -> Gather, {EMBEDDING} values a word -> {cell.upper()}, hidden size "
                   f"{HIDDEN}, zero initial state -> last step -> Gemm -> `logit` float [batch, 1], above 0 for a positive "
                   f"review. {sum(parameter.numel() for parameter in model.parameters())} parameters. A review is its last "
                   f"{LAST_WORDS} words: lower case, the runs of a to z, 0 to 9 and apostrophes, `<br />` is a space. Token "
                   f"n is line n, counted from 0, of [{VOCABULARY}]({VOCABULARY}): the most frequent words of the reviews "
                   f"trained on; 0 is every other word.",
        "Training": f"AdamW, {arguments.epochs} epochs, batch {BATCH}, learning rate rising to {LEARNING_RATE} and falling "
                    f"as a cosine, weight decay {WEIGHT_DECAY}, dropout {EMBEDDING_DROPOUT} on the embedding and "
                    f"{HIDDEN_DROPOUT} on the last hidden state; seed {arguments.seed}.",
        "Figures": "Accuracy in float32, computed by ONNX Runtime from the ONNX file. The validation part chose the "
                   "settings and the epoch.\n\n"
                   + card.table(["part", "reviews", "accuracy"], [[part, str(len(reviews[part])), f"{value:.4f}"]
                                                                  for part, value in figures.items()]),
    }, card.ELSEWHERE)


def main() -> None:
    arguments = command_line.parse(__doc__, [ARCHIVE], "examples/imdb/imdb.toml", EPOCHS)
    parts = split(read(arguments.data / ARCHIVE))
    vocabulary = vocabulary_of(parts["train"])
    files.write(arguments.output / VOCABULARY, "".join(word + "\n" for word in vocabulary))
    reviews = {part: encode(parts[part], vocabulary) for part in parts}
    path = arguments.output / f"imdb-{arguments.cell}.onnx"
    model = train(arguments.cell, reviews, arguments.seed, arguments.epochs, path.with_suffix(training.SUFFIX))
    export(model, arguments.cell, path)
    figures = {part: accuracy(path, reviews[part]) for part in ("validation", "test")}
    print(path.name, {part: f"{value:.4f}" for part, value in figures.items()})
    write_card(arguments.cell, model, reviews, figures, arguments, path)


if __name__ == "__main__":
    main()
