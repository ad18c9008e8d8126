"""The PyTorch network that the cases of make_torch.py configure: embedding, recurrent layers, what is taken, head."""

import dataclasses

import torch
from torch import nn


@dataclasses.dataclass(frozen=True)
class Network:
    """One configuration. `take`: last, final, final_both or every; `states`: zero or given (graph inputs)."""

    cell: str = "lstm"
    features: int = 4
    hidden: int = 6
    layers: int = 1
    bidirectional: bool = False
    batch_first: bool = True
    bias: bool = True
    vocabulary: int = 0
    take: str = "last"
    head: tuple = ("linear",)
    classes: int = 3
    states: str = "zero"
    return_states: bool = False
    tied: bool = False
    dropout: float = 0.0


HEADS = {
    "log_softmax": lambda: nn.LogSoftmax(dim=-1),
    "softmax": lambda: nn.Softmax(dim=-1),
    "sigmoid": nn.Sigmoid,
    "relu": nn.ReLU,
    "dropout": lambda: nn.Dropout(0.5),
}


def recurrent_layer(net):
    options = dict(
        num_layers=net.layers, bidirectional=net.bidirectional, batch_first=net.batch_first, bias=net.bias,
        dropout=net.dropout)
    if net.cell.startswith("rnn_"):
        return nn.RNN(net.features, net.hidden, nonlinearity=net.cell[4:], **options)
    return {"lstm": nn.LSTM, "gru": nn.GRU}[net.cell](net.features, net.hidden, **options)


def taken_width(net):
    both = net.bidirectional and net.take != "final"
    return net.hidden * (2 if both else 1)


def head_layers(net):
    """`linear` keeps the width of the classes only where it is the last one; before that it keeps the hidden width."""
    layers, width = [], taken_width(net)
    last = max((i for i, kind in enumerate(net.head) if kind == "linear"), default=-1)
    for i, kind in enumerate(net.head):
        if kind != "linear":
            layers.append(HEADS[kind]())
            continue
        out = net.classes if i == last else net.hidden
        layers.append(nn.Linear(width, out))
        width = out
    return nn.Sequential(*layers)


class RecurrentNetwork(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.drop = nn.Dropout(net.dropout)
        if net.vocabulary:
            self.embedding = nn.Embedding(net.vocabulary, net.features)
        self.recurrent = recurrent_layer(net)
        self.head = head_layers(net)
        if net.tied:
            self.head[-1].weight = self.embedding.weight

    def forward(self, x, *states):
        sequence = self.drop(self.embedding(x)) if self.net.vocabulary else x
        if len(states) == 2:
            output, final = self.recurrent(sequence, states)
        elif states:
            output, final = self.recurrent(sequence, states[0])
        else:
            output, final = self.recurrent(sequence)
        y = self.head(self.drop(self.taken(output, final)))
        if not self.net.return_states:
            return y
        return (y, *final) if isinstance(final, tuple) else (y, final)

    def taken(self, output, final):
        hidden = final[0] if isinstance(final, tuple) else final
        if self.net.take == "every":
            return output
        if self.net.take == "final":
            return hidden[-1]
        if self.net.take == "final_both":
            return torch.cat((hidden[-2], hidden[-1]), dim=1)
        return output[:, -1] if self.net.batch_first else output[-1]


def state_names(net):
    return ("h", "c") if net.cell == "lstm" else ("h",)


def input_names(net):
    given = [f"{state}0" for state in state_names(net)] if net.states == "given" else []
    return ["x", *given]


def output_names(net):
    returned = [f"{state}n" for state in state_names(net)] if net.return_states else []
    return ["y", *returned]


def random_inputs(net, batch, time, generator):
    """Tensors in the order of input_names: x or token numbers, then states (layers x directions, batch, hidden)."""
    lead = (batch, time) if net.batch_first else (time, batch)
    if net.vocabulary:
        x = torch.randint(net.vocabulary, lead, generator=generator)
    else:
        x = torch.randn(*lead, net.features, generator=generator)
    shape = (net.layers * (2 if net.bidirectional else 1), batch, net.hidden)
    states = [0.5 * torch.randn(*shape, generator=generator) for _ in input_names(net)[1:]]
    return (x, *states)
