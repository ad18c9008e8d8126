"""Perplexity of an ONNX file that predicts the next token, as Fixgate's task `text` counts it."""

import math
from pathlib import Path

import numpy as np

import onnx_file


def perplexity(path: Path, tokens: np.ndarray, steps: int = 1000) -> float:
    """With ONNX Runtime: `steps` tokens a call from the zero state, which is handed from call to call; the first token is
    only an input. Inputs and outputs: tokens and the states, logits [steps, 1, symbols] and the states."""
    network = onnx_file.session(path)
    states = {state.name: np.zeros((1, 1, state.shape[2]), np.float32) for state in network.get_inputs()[1:]}
    total = 0.0
    for begin in range(0, len(tokens) - 1, steps):
        inputs, targets = tokens[:-1][begin:begin + steps], tokens[1:][begin:begin + steps]
        logits, *last = network.run(None, {"tokens": inputs[:, None]} | states)
        states = dict(zip(states, last))
        total -= log_probabilities(logits[:, 0])[np.arange(len(targets)), targets].sum()
    return math.exp(total / (len(tokens) - 1))


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def frequencies(train_tokens: np.ndarray, tokens: np.ndarray, symbols: int) -> float:
    """The perplexity of the training text's token frequencies (counts plus one), as a baseline."""
    counts = np.bincount(train_tokens, minlength=symbols) + 1
    return math.exp(-np.log(counts / counts.sum())[tokens[1:]].mean())
