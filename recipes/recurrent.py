"""Recurrent layers and their dropout, as the recipes train them."""

import torch


def layer(cell: str, inputs: int, hidden: int) -> torch.nn.Module:
    """A GRU or LSTM. The LSTM's forget gates begin open, with a bias of 1 (Jozefowicz, Zaremba, Sutskever, ICML 2015)."""
    module = getattr(torch.nn, cell.upper())(inputs, hidden)
    if cell == "lstm":
        with torch.no_grad():
            module.bias_ih_l0[hidden:2 * hidden] = 1.0  # PyTorch's order of gates: input, forget, cell, output
            module.bias_hh_l0[hidden:2 * hidden] = 0.0
    return module


class LockedDropout(torch.nn.Module):
    """Dropout, in training only, of [time, batch, features] with one mask for all steps (Gal, Ghahramani, NIPS 2016)."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, sequence):
        if not self.training:
            return sequence
        mask = torch.rand(1, *sequence.shape[1:]) >= self.rate
        return sequence * (mask / (1 - self.rate)).to(sequence.dtype)
