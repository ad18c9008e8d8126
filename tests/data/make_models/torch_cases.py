"""The cases of make_torch.py: a covering subset of cells, layers, directions, layouts, heads, states, operator sets."""

import dataclasses

from torch_network import Network


@dataclasses.dataclass(frozen=True)
class Case:
    exporter: str
    operator_set: int
    label: str
    what: str
    net: Network
    dynamic: tuple = ("batch", "time")
    batch: int = 2
    time: int = 5
    external_data: bool = False

    @property
    def name(self):
        return f"{self.exporter}_{self.label}_op{self.operator_set}"


def torchscript(operator_set, label, what, dynamic=("batch", "time"), batch=2, time=5, **net):
    return Case("torchscript", operator_set, label, what, Network(**net), dynamic, batch, time)


def dynamo(operator_set, label, what, dynamic=("batch", "time"), batch=2, time=5, external_data=False, **net):
    return Case("dynamo", operator_set, label, what, Network(**net), dynamic, batch, time, external_data)


STREAMING = dict(states="given", return_states=True, take="every")
BOTH = dict(bidirectional=True)

MLP = dict(head=("linear", "relu", "dropout", "linear", "sigmoid"))
LANGUAGE = dict(vocabulary=11, features=6, classes=11, tied=True, take="every", dropout=0.1)

TORCHSCRIPT = [
    torchscript(17, "lstm_last", "LSTM, output[:, -1], Linear"),
    torchscript(17, "gru_last", "GRU, output[:, -1], Linear", cell="gru"),
    torchscript(17, "rnn_tanh_last", "RNN tanh, output[:, -1], Linear", cell="rnn_tanh"),
    torchscript(13, "lstm_every", "LSTM, every step, Linear", take="every"),
    torchscript(14, "lstm_streaming", "LSTM, states as inputs and outputs, every step", **STREAMING),
    torchscript(11, "lstm_final", "LSTM, h_n[-1], Linear and LogSoftmax", take="final", head=("linear", "log_softmax")),
    torchscript(9, "lstm_two_layers", "LSTM of two layers with dropout between, last step", layers=2, dropout=0.25),
    torchscript(15, "gru_both_directions", "bidirectional GRU, every step, Linear", cell="gru", take="every", **BOTH),
    torchscript(18, "embedding_lstm_tied", "language model: Embedding, LSTM, tied decoder, every step, time major",
                batch_first=False, **LANGUAGE),
    torchscript(12, "rnn_relu_every", "RNN relu, time major, every step, Softmax per step",
                cell="rnn_relu", take="every", batch_first=False, head=("linear", "softmax")),
    torchscript(9, "rnn_streaming", "RNN tanh, states as inputs and outputs", cell="rnn_tanh", **STREAMING),
    torchscript(21, "rnn_two_layers_both_directions", "bidirectional RNN tanh of two layers, every step",
                cell="rnn_tanh", layers=2, take="every", **BOTH),
    torchscript(16, "gru_streaming_two_layers", "GRU of two layers, states as inputs and outputs, time major",
                cell="gru", layers=2, batch_first=False, **STREAMING),
    torchscript(13, "lstm_streaming_two_layers_both_directions",
                "bidirectional LSTM of two layers, states as inputs and outputs", layers=2, **BOTH, **STREAMING),
    torchscript(14, "lstm_both_directions_final", "bidirectional LSTM, both final states joined",
                take="final_both", **BOTH),
    torchscript(10, "gru_final", "GRU, h_n[-1], Linear and Sigmoid",
                cell="gru", take="final", head=("linear", "sigmoid")),
    torchscript(17, "lstm_static", "LSTM, all axes static, last step", dynamic=()),
    torchscript(16, "gru_two_layers_static", "bidirectional GRU of two layers, all axes static, every step",
                dynamic=(), cell="gru", layers=2, take="every", **BOTH),
    torchscript(13, "gru_one_step", "GRU fed step by step: batch and time are 1, static", dynamic=(), batch=1, time=1,
                cell="gru", **STREAMING),
    torchscript(12, "lstm_dynamic_batch", "LSTM, static time, last step", dynamic=("batch",)),
    torchscript(20, "lstm_dynamic_time", "LSTM, batch is 1 and static, last step", dynamic=("time",), batch=1),
    torchscript(14, "embedding_gru_softmax", "Embedding, GRU, last step, Softmax",
                cell="gru", vocabulary=9, head=("linear", "softmax")),
    torchscript(11, "embedding_lstm_two_layers", "Embedding, LSTM of two layers, h_n[-1], LogSoftmax",
                vocabulary=9, layers=2, take="final", head=("linear", "log_softmax")),
    torchscript(10, "lstm_log_softmax_every", "LSTM, every step, LogSoftmax per step",
                take="every", head=("linear", "log_softmax")),
    torchscript(16, "lstm_mlp", "LSTM, last step, Linear, ReLU, Dropout, Linear, Sigmoid", **MLP),
    torchscript(9, "gru_no_bias", "GRU without biases, last step", cell="gru", bias=False),
    torchscript(19, "lstm_returns_states", "LSTM, zero states in, states out, every step",
                take="every", return_states=True),
]

DYNAMO = [
    dynamo(18, "lstm_last", "LSTM, output[:, -1], Linear"),
    dynamo(18, "gru_last", "GRU, output[:, -1], Linear", cell="gru"),
    dynamo(20, "lstm_streaming", "LSTM, states as inputs and outputs, every step", **STREAMING),
    dynamo(18, "rnn_tanh_last", "RNN tanh, which this exporter unrolls over a static time axis: no RNN node",
           dynamic=(), cell="rnn_tanh"),
    dynamo(21, "gru_both_directions", "bidirectional GRU, every step, Linear", cell="gru", take="every", **BOTH),
    dynamo(18, "lstm_external", "LSTM with its weights in a file of external data", external_data=True),
    dynamo(19, "lstm_two_layers_both_directions", "bidirectional LSTM of two layers, last step", layers=2, **BOTH),
    dynamo(22, "gru_streaming_two_layers", "GRU of two layers, states as inputs and outputs, time major",
           cell="gru", layers=2, batch_first=False, **STREAMING),
    dynamo(18, "embedding_lstm_tied", "language model: Embedding, LSTM, tied decoder, every step, time major",
           batch_first=False, **LANGUAGE),
    dynamo(23, "lstm_static", "LSTM, all axes static, last step", dynamic=()),
    dynamo(20, "embedding_gru_softmax", "Embedding, GRU, h_n[-1], Softmax",
           cell="gru", vocabulary=9, take="final", head=("linear", "softmax")),
    dynamo(18, "lstm_mlp", "LSTM, last step, Linear, ReLU, Dropout, Linear, Sigmoid", **MLP),
    dynamo(22, "lstm_no_bias", "LSTM without biases, last step", bias=False),
    dynamo(24, "lstm_final", "LSTM, h_n[-1], Linear and LogSoftmax", take="final", head=("linear", "log_softmax")),
    dynamo(19, "gru_both_directions_final", "bidirectional GRU, both final states joined",
           cell="gru", take="final_both", **BOTH),
    dynamo(18, "gru_one_step", "GRU fed step by step: batch and time are 1, static", dynamic=(), batch=1, time=1,
           cell="gru", **STREAMING),
    dynamo(21, "lstm_returns_states", "LSTM, zero states in, states out, every step", take="every", return_states=True),
]

CASES = TORCHSCRIPT + DYNAMO
