"""Writes the cases of written_cases.py with onnx.helper: python make_written.py STAGE."""

import sys
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import staging
from written_cases import CASES

FEATURES, HIDDEN, CLASSES = 3, 4, 2
BATCH, TIME = 3, 6
GATES = {"lstm": 4, "gru0": 3, "gru1": 3, "rnn": 1}
OPERATOR = {"lstm": "LSTM", "gru0": "GRU", "gru1": "GRU", "rnn": "RNN"}
# The IR version that came with the operator set, so that old readers take the file.
IR_VERSION = {7: 3, 9: 4, 11: 6, 13: 7, 14: 7, 17: 8, 18: 8, 21: 10, 22: 10}


class Writer:
    """A graph under construction; every method that adds a node gives the name of its output."""

    def __init__(self, case):
        self.case = case
        self.random = np.random.default_rng(zlib.crc32(case.name.encode()))
        self.nodes, self.initializers, self.inputs, self.outputs, self.test = [], [], [], [], {}
        self.directions = 2 if case.direction == "bidirectional" else 1

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weights(self, name, *shape):
        return self.constant(name, self.random.uniform(-0.8, 0.8, shape).astype(np.float32))

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def input(self, name, shape, value):
        kind = helper.np_dtype_to_tensor_dtype(value.dtype)
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        self.test[name] = value
        return name

    def output(self, name, shape):
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def batch(self):
        """The batch axis: static where a constant has it."""
        return BATCH if "constant" in (self.case.states, self.case.lengths) else "batch"

    def squeeze(self, x, axis, output):
        if self.case.operator_set < 13:
            return self.node("Squeeze", [x], output, axes=[axis])
        return self.node("Squeeze", [x, self.constant(f"{output}_axes", np.array([axis], np.int64))], output)

    def last_slice(self, x, axis, output):
        start, end = -1, np.iinfo(np.int32).max
        if self.case.operator_set < 10:
            return self.node("Slice", [x], output, starts=[start], ends=[end], axes=[axis])
        bounds = [self.constant(f"{output}_{kind}", np.array([value], np.int64))
                  for kind, value in (("start", start), ("end", end), ("axis", axis))]
        return self.node("Slice", [x, *bounds], output)


def add_input(w):
    """x as the graph has it, then time major, or batch first for layout 1."""
    layout = dict(w.case.extra).get("layout", 0)
    shape, axes = (TIME, BATCH, FEATURES), ["time", w.batch(), FEATURES]
    if w.case.batch_first or layout:
        shape, axes = (BATCH, TIME, FEATURES), [w.batch(), "time", FEATURES]
    x = w.input("x", axes, w.random.standard_normal(shape).astype(np.float32))
    return w.node("Transpose", [x], "x_time_major", perm=[1, 0, 2]) if w.case.batch_first else x


def add_lengths(w):
    lengths = np.array([TIME, TIME - 3, 1], np.int32)
    if w.case.lengths == "given":
        return w.input("lengths", [w.batch()], lengths)
    return w.constant("lengths", lengths) if w.case.lengths == "constant" else ""


def add_state(w, name):
    if w.case.states == "none":
        return ""
    value = w.random.uniform(-0.6, 0.6, (w.directions, BATCH, HIDDEN)).astype(np.float32)
    if w.case.states == "constant":
        return w.constant(name, value)
    return w.input(name, [w.directions, w.batch(), HIDDEN], value)


def attributes_of(case):
    attributes = {"hidden_size": HIDDEN, **{key: list(v) if isinstance(v, tuple) else v for key, v in case.extra}}
    if case.direction != "forward":
        attributes["direction"] = case.direction
    if case.cell == "gru1":
        attributes["linear_before_reset"] = 1
    return attributes


def add_layer(w, layer, x, width, lengths):
    """One recurrent node; gives the names of Y and Y_h. Given states have their final values as graph outputs."""
    gates, lstm = GATES[w.case.cell], w.case.cell == "lstm"
    inputs = [x, w.weights(f"W{layer}", w.directions, gates * HIDDEN, width),
              w.weights(f"R{layer}", w.directions, gates * HIDDEN, HIDDEN),
              w.weights(f"B{layer}", w.directions, 2 * gates * HIDDEN) if w.case.bias else "",
              lengths, add_state(w, f"h{layer}")]
    if lstm:
        inputs += [add_state(w, f"c{layer}"),
                   w.weights(f"P{layer}", w.directions, 3 * HIDDEN) if w.case.peepholes else ""]
    while not inputs[-1]:
        inputs.pop()
    outputs = [f"Y{layer}", f"Yh{layer}"] + ([f"Yc{layer}"] if lstm else [])
    w.nodes.append(helper.make_node(OPERATOR[w.case.cell], inputs, outputs, **attributes_of(w.case)))
    if w.case.states == "given":
        for name in outputs[1:]:
            w.output(name, [w.directions, w.batch(), HIDDEN])
    return outputs[:2]


def joined_directions(w, y, layer):
    """Y as time, batch, directions x hidden (batch, time, ... in layout 1)."""
    if dict(w.case.extra).get("layout", 0):
        return w.node("Reshape", [y, w.constant(f"joined{layer}", np.array([0, 0, -1], np.int64))], f"Y{layer}_joined")
    if w.directions == 1:
        return w.squeeze(y, 1, f"Y{layer}_joined")
    moved = w.node("Transpose", [y], f"Y{layer}_moved", perm=[0, 2, 1, 3])
    return w.node("Reshape", [moved, w.constant(f"joined{layer}", np.array([0, 0, -1], np.int64))], f"Y{layer}_joined")


def joined_states(w, y_h):
    """Y_h as batch, directions x hidden."""
    if w.directions == 1:
        return w.squeeze(y_h, 0, "final")
    moved = w.node("Transpose", [y_h], "final_moved", perm=[1, 0, 2])
    return w.node("Reshape", [moved, w.constant("final_shape", np.array([0, -1], np.int64))], "final")


def add_head(w, x):
    """The linear layer (Gemm with transposed weights, or MatMul and Add) and the activation over the classes: y."""
    width = w.directions * HIDDEN
    result = "y" if w.case.after == "none" else "scores"
    if w.case.take == "every":
        scores = w.node("MatMul", [x, w.weights("head_W", width, CLASSES)], "head_product")
        w.node("Add", [scores, w.weights("head_b", CLASSES)], result)
    else:
        w.node("Gemm", [x, w.weights("head_W", CLASSES, width), w.weights("head_b", CLASSES)], result, transB=1)
    if w.case.after in ("Softmax", "LogSoftmax"):
        w.node(w.case.after, ["scores"], "y", axis=2 if w.case.take == "every" else 1)
    elif w.case.after != "none":
        w.node(w.case.after, ["scores"], "y")


def add_taken(w, y, y_h):
    if w.case.take == "final":
        return joined_states(w, y_h)
    if w.case.take == "last":
        return w.squeeze(w.last_slice(y, 0, "last_step"), 0, "last")
    return w.node("Transpose", [y], "Y_batch_first", perm=[1, 0, 2]) if w.case.batch_first else y


def write(case):
    """(model, test inputs by name)."""
    w = Writer(case)
    x, width = add_input(w), FEATURES
    lengths = add_lengths(w)
    for layer in range(case.layers):
        y, y_h = add_layer(w, layer, x, width, lengths)
        if case.take != "final" or layer + 1 < case.layers:
            x, width = joined_directions(w, y, layer), w.directions * HIDDEN
    add_head(w, add_taken(w, x, y_h))
    w.output("y", result_axes(w))
    outputs = w.outputs[-1:] + w.outputs[:-1]
    graph = helper.make_graph(w.nodes, "written", w.inputs + declared(w), outputs, w.initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", case.operator_set)],
                              ir_version=IR_VERSION[case.operator_set])
    return model, w.test


def result_axes(w):
    if w.case.take != "every":
        return [w.batch(), CLASSES]
    first = w.case.batch_first or dict(w.case.extra).get("layout", 0)
    return [*([w.batch(), "time"] if first else ["time", w.batch()]), CLASSES]


def declared(w):
    """Before IR version 4 an initialiser is also a graph input."""
    if IR_VERSION[w.case.operator_set] >= 4:
        return []
    return [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in w.initializers]


def make(case, stage):
    model, inputs = write(case)
    model.producer_name = "onnx.helper"
    onnx.save(model, str(stage / f"{case.name}.onnx"))
    about = {"exporter": "onnx.helper", "operator_set": case.operator_set, "what": case.what}
    staging.leave(stage, case.name, about, inputs)


def main():
    stage = staging.folder(sys.argv)
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    for case in CASES:
        make(case, stage)
    print(f"written: {len(CASES)} networks")


if __name__ == "__main__":
    main()
