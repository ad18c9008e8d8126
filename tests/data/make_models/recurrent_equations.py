"""The equations of the ONNX operators RNN, GRU and LSTM (versions 7, 14, 22) in float64, for the reference evaluator.

A second opinion on the outputs of ONNX Runtime; the operators of onnx.reference itself leave out activations, clip,
sequence_lens and input_forget.
"""

import numpy as np
from onnx.reference.op_run import OpRun

# Name: (function of x, alpha, beta; how many of them it takes: alpha, then beta; their defaults).
ACTIVATIONS = {
    "relu": (lambda x, a, b: np.maximum(x, 0), 0, ()),
    "tanh": (lambda x, a, b: np.tanh(x), 0, ()),
    "sigmoid": (lambda x, a, b: 1 / (1 + np.exp(-x)), 0, ()),
    "softsign": (lambda x, a, b: x / (1 + np.abs(x)), 0, ()),
    "softplus": (lambda x, a, b: np.log1p(np.exp(x)), 0, ()),
    "leakyrelu": (lambda x, a, b: np.where(x >= 0, x, a * x), 1, (0.01,)),
    "thresholdedrelu": (lambda x, a, b: np.where(x > a, x, 0), 1, (1.0,)),
    "elu": (lambda x, a, b: np.where(x >= 0, x, a * (np.exp(x) - 1)), 1, (1.0,)),
    "hardsigmoid": (lambda x, a, b: np.clip(a * x + b, 0, 1), 2, (0.2, 0.5)),
    "affine": (lambda x, a, b: a * x + b, 2, (1.0, 0.0)),
    "scaledtanh": (lambda x, a, b: a * np.tanh(b * x), 2, (1.0, 1.0)),
}


def activation_functions(names, alphas, betas):
    """The functions; alpha and beta are consumed, in order, by the functions that take them."""
    alphas, betas, functions = list(alphas or []), list(betas or []), []
    for name in names:
        function, count, defaults = ACTIVATIONS[name.lower()]
        alpha = (alphas.pop(0) if alphas else defaults[0]) if count > 0 else None
        beta = (betas.pop(0) if betas else defaults[1]) if count > 1 else None
        functions.append(lambda x, f=function, a=alpha, b=beta: f(x, a, b))
    return functions


class Recurrent(OpRun):
    """Directions, layout, sequence_lens; a subclass has one `step` (input projection, states -> states) of its cell."""

    op_domain = ""
    gates, states, activations_each = 1, 1, 1
    default_activations = ("Tanh",)

    def attribute(self, name, default):
        value = getattr(self, name, None)
        return default if value is None else value

    def _run(self, X, W, R, B=None, lengths=None, h0=None, c0=None, P=None, **_):
        layout = self.attribute("layout", 0)
        X = np.asarray(X, np.float64)
        X = X.swapaxes(0, 1) if layout else X
        time, batch, directions, hidden = X.shape[0], X.shape[1], W.shape[0], R.shape[2]
        lengths = np.full(batch, time) if lengths is None else lengths
        B = np.zeros((directions, 2 * self.gates * hidden)) if B is None else B
        P = np.zeros((directions, 3 * hidden)) if P is None else P
        results = []
        for d in range(directions):
            initial = [self.initial_state(s, d, batch, hidden, layout) for s in (h0, c0)[: self.states]]
            backwards = self.attribute("direction", "forward") == "reverse" or d == 1
            parameters = [np.asarray(t[d], np.float64) for t in (W, R, B, P)]
            functions = self.functions(d, directions)
            results.append(self.run_direction(X, parameters, lengths, initial, backwards, functions))
        return self.assemble(results, layout)

    def initial_state(self, state, d, batch, hidden, layout):
        if state is None:
            return np.zeros((batch, hidden))
        return np.asarray(state[:, d] if layout else state[d], np.float64)

    def functions(self, d, directions):
        names = self.attribute("activations", self.default_activations * directions)
        functions = activation_functions(
            names, self.attribute("activation_alpha", []), self.attribute("activation_beta", []))
        return functions[d * self.activations_each : (d + 1) * self.activations_each]

    def run_direction(self, X, parameters, lengths, states, backwards, functions):
        """Each sequence of the batch by itself over its own length; steps after it stay zero in Y."""
        time, batch, hidden = X.shape[0], X.shape[1], parameters[1].shape[1]
        Y = np.zeros((time, batch, hidden))
        final = [state.copy() for state in states]
        for b in range(batch):
            steps = range(lengths[b])
            current = [state[b] for state in states]
            for t in reversed(steps) if backwards else steps:
                current = self.step(X[t, b], current, parameters, functions)
                Y[t, b] = current[0]
            for whole, value in zip(final, current):
                whole[b] = value
        return [Y, *final]

    def assemble(self, results, layout):
        """Y is time, directions, batch, hidden; Y_h and Y_c are directions, batch, hidden; batch first in layout 1."""
        outputs = [np.stack(parts, axis=1 if i == 0 else 0) for i, parts in enumerate(zip(*results))]
        if layout:
            outputs = [outputs[0].transpose(2, 0, 1, 3)] + [state.swapaxes(0, 1) for state in outputs[1:]]
        return tuple(output.astype(np.float32) for output in outputs[: max(1, len(self.onnx_node.output))])

    def clipped(self, x):
        limit = self.attribute("clip", 0.0)
        return np.clip(x, -limit, limit) if limit else x


class RNN(Recurrent):
    def step(self, x, states, parameters, functions):
        W, R, B, _ = parameters
        bias = B[: len(R)] + B[len(R) :]
        return [functions[0](self.clipped(W @ x + R @ states[0] + bias))]


class GRU(Recurrent):
    gates, activations_each = 3, 2
    default_activations = ("Sigmoid", "Tanh")

    def step(self, x, states, parameters, functions):
        W, R, B, _ = parameters
        f, g = functions
        h = states[0]
        xz, xr, xh = np.split(W @ x, 3)
        Rz, Rr, Rh = np.split(R, 3)
        wz, wr, wh, rz, rr, rh = np.split(B, 6)
        z = f(self.clipped(xz + Rz @ h + wz + rz))
        r = f(self.clipped(xr + Rr @ h + wr + rr))
        if self.attribute("linear_before_reset", 0):
            candidate = xh + r * (Rh @ h + rh) + wh
        else:
            candidate = xh + Rh @ (r * h) + rh + wh
        return [(1 - z) * g(self.clipped(candidate)) + z * h]


class LSTM(Recurrent):
    gates, states, activations_each = 4, 2, 3
    default_activations = ("Sigmoid", "Tanh", "Tanh")

    def step(self, x, states, parameters, functions):
        W, R, B, P = parameters
        f, g, h_function = functions
        h, c = states
        i, o, forget, candidate = np.split(W @ x + R @ h + B[: len(W)] + B[len(W) :], 4)
        pi, po, pf = np.split(P, 3)
        i = f(self.clipped(i + pi * c))
        forget = 1 - i if self.attribute("input_forget", 0) else f(self.clipped(forget + pf * c))
        c = forget * c + i * g(self.clipped(candidate))
        return [f(self.clipped(o + po * c)) * h_function(c), c]


OPERATORS = [RNN, GRU, LSTM]
