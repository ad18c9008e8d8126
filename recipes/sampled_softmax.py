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
    own = (hidden * weight[targets]).sum(1) + bias[targets]
    logits = functional.linear(hidden, weight[words], bias[words]).float() + offsets
    column = torch.full((len(weight),), -1)
    column[words] = torch.arange(len(words))
    rows = (column[targets] >= 0).nonzero()[:, 0]
    logits[rows, column[targets[rows]]] = -torch.inf  # it is already there as `own`
    return (torch.cat([own[:, None], logits], 1).logsumexp(1) - own).mean()
