"""Cross entropy over part of the vocabulary: an estimate for training that costs a fraction of the whole softmax."""

import math

import torch
from torch.nn import functional


def draw_words(frequent: torch.Tensor, others: torch.Tensor, drawn: int) -> tuple[torch.Tensor, torch.Tensor]:
    """All `frequent` words and `drawn` of the `others`, and what to add to their logits: a drawn word stands for
    len(others) / drawn words in the sum (importance sampling: Bengio and Senecal, AISTATS 2003)."""
    words = torch.cat([frequent, others[torch.randperm(len(others))[:drawn]]])
    offsets = torch.zeros(len(words))
    offsets[len(frequent):] = math.log(len(others) / drawn)
    return words, offsets


def cross_entropy(hidden, weight, bias, targets, words, offsets) -> torch.Tensor:
    """The mean over `targets` [n], from hidden [n, size], weight [vocabulary, size] and bias [vocabulary]. The target's own
    logit is exact whether its word was drawn or not."""
    rows = functional.embedding(torch.cat([targets, words]), weight)  # one look-up: its gradient is as large as weight
    own = (hidden * rows[:len(targets)]).sum(1) + bias[targets]
    logits = functional.linear(hidden, rows[len(targets):], bias[words]).float() + offsets
    column = torch.full((len(weight),), -1)
    column[words] = torch.arange(len(words))
    drawn = (column[targets] >= 0).nonzero()[:, 0]
    logits[drawn, column[targets[drawn]]] = -torch.inf  # it is already there as `own`
    return (torch.logaddexp(own, logits.logsumexp(1)) - own).mean()
