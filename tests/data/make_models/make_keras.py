"""Exports Keras networks with tf2onnx: python make_keras.py STAGE.

Keras 2 (tf_keras), whose loops tf2onnx knows; Keras 3 has not been tried.
"""

import dataclasses
import itertools
import os
import sys
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
import tf2onnx
from tf_keras import Input, Sequential, layers
from tf_keras.src.layers.rnn import legacy_cells

import staging

FEATURES, HIDDEN, CLASSES, VOCABULARY = 4, 5, 3, 9
BATCH, TIME = 3, 7


@dataclasses.dataclass(frozen=True)
class Case:
    operator_set: int
    label: str
    what: str
    build: object  # gives the list of layers
    tokens: bool = False
    time: int | None = None  # None is a dynamic axis; the batch is always one

    @property
    def name(self):
        return f"keras_{self.label}_op{self.operator_set}"


def dense(activation=None):
    return layers.Dense(CLASSES, activation=activation)


def embedding():
    return layers.Embedding(VOCABULARY, FEATURES)


CASES = [
    Case(15, "lstm_last", "LSTM, last step, Dense with softmax", lambda: [layers.LSTM(HIDDEN), dense("softmax")]),
    Case(13, "lstm_every", "LSTM, every step, Dense", lambda: [layers.LSTM(HIDDEN, return_sequences=True), dense()]),
    Case(15, "gru_reset_after", "GRU reset_after=True, last step", lambda: [layers.GRU(HIDDEN), dense()]),
    Case(15, "gru_cell_reset_before", "RNN over the TensorFlow 1 GRUCell: linear_before_reset is 0",
         lambda: [layers.RNN(legacy_cells.GRUCell(HIDDEN)), dense()]),
    Case(15, "gru_reset_before_loop", "GRU reset_after=False, which tf2onnx leaves as a Loop: no GRU node",
         lambda: [layers.GRU(HIDDEN, reset_after=False), dense()]),
    Case(15, "simple_rnn_loop", "SimpleRNN, which tf2onnx leaves as a Loop: no RNN node",
         lambda: [layers.SimpleRNN(HIDDEN), dense()]),
    Case(14, "lstm_both_directions", "Bidirectional LSTM, last step",
         lambda: [layers.Bidirectional(layers.LSTM(HIDDEN)), dense()]),
    Case(15, "gru_both_directions_every", "Bidirectional GRU, every step, Dense",
         lambda: [layers.Bidirectional(layers.GRU(HIDDEN, return_sequences=True)), dense()]),
    Case(12, "lstm_two_layers", "stacked LSTM, last step, Dense with sigmoid",
         lambda: [layers.LSTM(HIDDEN, return_sequences=True), layers.LSTM(4), dense("sigmoid")]),
    Case(18, "embedding_lstm_softmax", "Embedding, LSTM, last step, Dense with softmax",
         lambda: [embedding(), layers.LSTM(HIDDEN), dense("softmax")], tokens=True),
    Case(11, "embedding_gru", "Embedding, GRU, Dropout, Dense with relu, Dense",
         lambda: [embedding(), layers.GRU(HIDDEN), layers.Dropout(0.3), layers.Dense(4, "relu"), dense()], tokens=True),
    Case(9, "lstm_last", "LSTM, last step, Dense", lambda: [layers.LSTM(HIDDEN), dense()]),
    Case(17, "lstm_static_time", "LSTM, static time, every step, TimeDistributed Dense with softmax",
         lambda: [layers.LSTM(HIDDEN, return_sequences=True), layers.TimeDistributed(dense("softmax"))], time=TIME),
    Case(13, "lstm_hard_sigmoid", "LSTM with hard_sigmoid gates and relu, last step",
         lambda: [layers.LSTM(HIDDEN, activation="relu", recurrent_activation="hard_sigmoid"), dense()]),
    Case(16, "lstm_backwards", "LSTM go_backwards=True, last step",
         lambda: [layers.LSTM(HIDDEN, go_backwards=True), dense()]),
]


def build(case, random):
    """The network with random weights, biases too, which Keras starts at zero."""
    shape, dtype = ((case.time,), tf.int32) if case.tokens else ((case.time, FEATURES), tf.float32)
    network = Sequential([Input(shape, dtype=dtype), *case.build()])
    for weight in network.weights:
        weight.assign(random.uniform(-0.6, 0.6, weight.shape).astype(np.float32))
    return network, tf.TensorSpec((None, *shape), dtype, name="x")


def test_input(case, random):
    if case.tokens:
        return random.integers(VOCABULARY, size=(BATCH, TIME), dtype=np.int32)
    return random.standard_normal((BATCH, TIME, FEATURES)).astype(np.float32)


def number_nodes():
    """Nodes of tf2onnx hash by a running number, not by address: its sets always have the same order."""
    counter = itertools.count()

    def number(node):
        return node.__dict__.setdefault("running_number", next(counter))

    tf2onnx.graph.Node.__hash__ = number


def make(case, stage):
    random = np.random.default_rng(zlib.crc32(case.name.encode()))
    network, signature = build(case, random)
    x = test_input(case, random)
    model, _ = tf2onnx.convert.from_keras(network, (signature,), opset=case.operator_set)
    (stage / f"{case.name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    about = {"exporter": f"tf2onnx {tf2onnx.__version__}", "operator_set": case.operator_set, "what": case.what}
    staging.leave(stage, case.name, about, {"x": x}, {model.graph.output[0].name: network(x).numpy()})


def main():
    stage = staging.folder(sys.argv)
    number_nodes()
    for case in CASES:
        print("keras:", case.name, flush=True)
        tf.keras.backend.clear_session()
        make(case, stage)


if __name__ == "__main__":
    main()
