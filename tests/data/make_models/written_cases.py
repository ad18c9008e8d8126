"""The cases of make_written.py: every pair of values of two factors occurs in some network, attributes one by one."""

import dataclasses
import itertools


@dataclasses.dataclass(frozen=True)
class Case:
    """`cell` is lstm, gru0 or gru1 (linear_before_reset) or rnn; `extra` are attributes; flags are optional inputs."""

    cell: str = "lstm"
    direction: str = "forward"
    layers: int = 1
    batch_first: bool = False
    take: str = "last"
    after: str = "none"
    operator_set: int = 17
    bias: bool = True
    states: str = "none"  # or "given" (graph inputs and outputs), "constant" (initialisers, static batch)
    extra: tuple = ()
    peepholes: bool = False
    lengths: str = "none"  # or "given", "constant"
    label: str = ""

    @property
    def name(self):
        parts = [self.cell, self.label or f"{self.direction}_{self.layers}x_{self.take}", f"op{self.operator_set}"]
        return "written_" + "_".join(parts)

    @property
    def what(self):
        axes = "batch first by Transpose" if self.batch_first else "time major"
        said = [self.cell, self.direction, "2 layers" if self.layers == 2 else "1 layer", axes, f"takes {self.take}"]
        said += [f"then {self.after}"] if self.after != "none" else []
        said += ["no B"] if not self.bias else []
        said += [f"initial states {self.states}"] if self.states != "none" else []
        said += ["peepholes"] if self.peepholes else []
        said += [f"sequence_lens {self.lengths}"] if self.lengths != "none" else []
        said += [f"{key}={list(value) if isinstance(value, tuple) else value}" for key, value in self.extra]
        return ", ".join(said)


FACTORS = {
    "operator_set": (7, 9, 11, 13, 14, 17, 18, 21, 22),
    "cell": ("lstm", "gru0", "gru1", "rnn"),
    "after": ("none", "Softmax", "LogSoftmax", "Sigmoid"),
    "direction": ("forward", "reverse", "bidirectional"),
    "take": ("last", "every", "final"),
    "layers": (1, 2),
    "batch_first": (False, True),
    "bias": (True, False),
    "states": ("none", "given"),
}


def pairs_of(values):
    return set(itertools.combinations(enumerate(values), 2))


def pairwise():
    """Greedy: from the full product, always the first combination that covers most of the pairs still missing."""
    product = list(itertools.product(*FACTORS.values()))
    missing = set().union(*(pairs_of(values) for values in product))
    while missing:
        best = max(product, key=lambda values: len(pairs_of(values) & missing))
        missing -= pairs_of(best)
        yield Case(**dict(zip(FACTORS, best)))


def attribute(label, cell="lstm", extra=None, **fields):
    return Case(cell=cell, label=label, extra=tuple((extra or {}).items()), take=fields.pop("take", "every"), **fields)


HARD = dict(activations=("HardSigmoid", "Tanh", "Tanh"), activation_alpha=(0.3,), activation_beta=(0.4,))
TWO_WAYS = dict(
    activations=("Sigmoid", "Tanh", "Relu", "HardSigmoid", "Softsign", "Tanh"), activation_alpha=(0.25,),
    activation_beta=(0.6,))

ATTRIBUTES = [
    attribute("clip", extra=dict(clip=0.4), operator_set=11),
    attribute("clip", cell="gru0", extra=dict(clip=0.4)),
    attribute("clip", cell="gru1", extra=dict(clip=0.4), operator_set=14),
    attribute("clip", cell="rnn", extra=dict(clip=0.4), operator_set=9),
    attribute("peepholes", peepholes=True, operator_set=9),
    attribute("peepholes_both_directions", peepholes=True, direction="bidirectional", states="given", take="final"),
    attribute("input_forget", extra=dict(input_forget=1), operator_set=14),
    attribute("hard_sigmoid", extra=HARD, operator_set=18),
    attribute("hard_sigmoid_default", extra=dict(activations=("HardSigmoid", "Tanh", "Tanh")), operator_set=13),
    attribute("activations_by_direction", extra=TWO_WAYS, direction="bidirectional"),
    attribute("leaky_relu", cell="gru0", extra=dict(activations=("Sigmoid", "LeakyRelu"), activation_alpha=(0.1,))),
    attribute("hard_sigmoid_softsign", cell="gru1", extra=dict(activations=("HardSigmoid", "Softsign")),
              operator_set=22),
    attribute("relu", cell="rnn", extra=dict(activations=("Relu",)), operator_set=11),
    attribute("scaled_tanh", cell="rnn",
              extra=dict(activations=("ScaledTanh",), activation_alpha=(1.5,), activation_beta=(0.7,)), operator_set=14),
    attribute("affine", cell="rnn",
              extra=dict(activations=("Affine",), activation_alpha=(0.6,), activation_beta=(0.1,)), operator_set=7),
    attribute("lengths", lengths="given", operator_set=13),
    attribute("lengths_final", lengths="given", take="final", operator_set=9),
    attribute("lengths_both_directions", lengths="given", direction="bidirectional", operator_set=18),
    attribute("lengths_reverse", cell="gru1", lengths="given", direction="reverse", take="final"),
    attribute("lengths_constant", cell="gru0", lengths="constant", operator_set=21),
    attribute("lengths_both_directions", cell="rnn", lengths="given", direction="bidirectional", take="final"),
    attribute("states_constant", states="constant", operator_set=14),
    attribute("states_constant", cell="gru1", states="constant", direction="bidirectional", take="final"),
    attribute("layout", extra=dict(layout=1), operator_set=14),
    attribute("layout_both_directions", cell="gru1", extra=dict(layout=1), direction="bidirectional", operator_set=22),
]

CASES = [*pairwise(), *ATTRIBUTES]
