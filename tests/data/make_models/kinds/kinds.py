"""The networks of make_kinds.py: one function a kind."""

import numpy as np
from onnx import TensorProto

from small_graph import T

KINDS = {}


def kind(function):
    """Registers a network under its function's name."""
    KINDS[function.__name__] = function
    return function



# --- graphs: several inputs and outputs, forks and joins ---

@kind
def residuals_and_masks(g):
    x = g.input('x', [T, 1, 4])
    h = g.squeeze(g.gru(x, 4, 4), 1)
    mask = g.node('Sigmoid', [g.dense(g.node('Add', [x, h]), 4, 4)])
    g.output(g.node('Sub', [g.node('Mul', [x, mask]), h]), 'y')


@kind
def two_inputs_two_outputs(g):
    a, b = g.input('left.0', [1, T, 3]), g.input('right:0', [1, T, 2])
    both = g.node('Concat', [a, b], axis=2)
    h = g.batch_gru(both, 5, 4)
    g.output(g.dense(h, 4, 2), 'sum')
    g.output(g.node('Tanh', [g.dense(h, 4, 3)]), 'shape')


@kind
def split_and_concat(g):
    x = g.input('x', [1, T, 6])
    parts = g.nodes('Split', [x, g.integers([2, 4])], 2, axis=2)
    joined = g.node('Concat', [g.batch_gru(parts[0], 2, 3), g.batch_gru(parts[1], 4, 5), parts[0]], axis=2)
    g.output(g.dense(joined, 10, 3), 'y')


@kind
def features_beside_tokens(g):
    tokens, x = g.input('tokens', [1, T], TensorProto.INT64, limit=7), g.input('x', [1, T, 2])
    embedded = g.node('Gather', [g.floats(7, 3), tokens])
    g.output(g.dense(g.batch_gru(g.node('Concat', [embedded, x], axis=2), 5, 4), 4, 2), 'y')


@kind
def int32_tokens(g):
    tokens = g.input('tokens', [1, T], TensorProto.INT32, limit=9)
    g.output(g.dense(g.batch_gru(g.node('Gather', [g.floats(9, 4), tokens]), 4, 4), 4, 2), 'y')


@kind
def uint8_tokens(g):
    tokens = g.input('tokens', [1, T], TensorProto.UINT8, limit=9)
    wide = g.node('Cast', [tokens], to=TensorProto.INT32)
    g.output(g.dense(g.batch_gru(g.node('Gather', [g.floats(9, 4), wide]), 4, 4), 4, 2), 'y')


@kind
def half_precision(g):
    x = g.input('x', [1, T, 3])
    weights = g.node('Cast', [g.constant(g.numbers(3, 4).astype(np.float16))], to=TensorProto.FLOAT)
    g.output(g.dense(g.batch_gru(g.node('MatMul', [x, weights]), 4, 4), 4, 2), 'y')


@kind
def dense_layers_one_by_one(g):
    x = g.input('x', [1, T, 3])
    h = g.batch_gru(x, 3, 6)
    parts = [g.node('Sigmoid', [g.dense(h, 6, 1)]) for _ in range(4)]
    g.output(g.node('Concat', parts, axis=2), 'y')


@kind
def affine_inputs(g):
    x = g.input('x', [1, T, 3])
    scaled = g.node('Div', [g.node('Sub', [x, g.floats(3)]), g.constant(np.array([2, 3, 0.5], np.float32))])
    g.output(g.dense(g.batch_gru(scaled, 3, 4), 4, 2), 'y')


@kind
def constant_outputs(g):
    x = g.input('x', [1, T, 3])
    g.output(g.dense(g.batch_gru(x, 3, 4), 4, 2), 'y')
    g.output(g.node('Identity', [g.constant(np.array([3], np.float32))]), 'version')


# --- the end ---

@kind
def softmax_at_the_end(g):
    x = g.input('x', [1, T, 3])
    logits = g.dense(g.batch_gru(x, 3, 4), 4, 5)
    g.output(g.node('Log', [g.node('Softmax', [logits], axis=-1)]), 'y', instead=logits)


@kind
def arg_max_at_the_end(g):
    x = g.input('x', [1, T, 3])
    logits = g.dense(g.batch_gru(x, 3, 4), 4, 5)
    g.output(g.node('ArgMax', [logits], axis=-1, keepdims=0), 'y', TensorProto.INT64, instead=logits)


# --- functions between layers ---

@kind
def activations(g):
    x = g.input('x', [1, T, 4])
    y = g.node('LeakyRelu', [g.batch_gru(x, 4, 6)], alpha=0.2)
    y = g.node('Mul', [y, g.node('Sigmoid', [y])])
    y = g.node('PRelu', [g.dense(y, 6, 4), g.constant(np.array([0.1, -0.2, 0.3, 0], np.float32))])
    y = g.node('Clip', [y, g.constant(np.float32(-0.3)), g.constant(np.float32(0.4))])
    g.output(g.node('Elu', [g.dense(y, 4, 3)]), 'y')
    g.output(g.node('HardSwish', [g.dense(y, 4, 3)]), 'z')


@kind
def tables(g):
    x = g.input('x', [1, T, 4])
    y = g.node('Softplus', [g.dense(x, 4, 4)])
    y = g.node('Log', [g.node('Add', [y, g.constant(np.float32(1))])])
    y = g.node('Exp', [g.node('Neg', [y])])
    y = g.node('Reciprocal', [g.node('Add', [y, g.constant(np.float32(1))])])
    g.output(g.dense(g.batch_gru(y, 4, 4), 4, 2), 'y')


@kind
def magnitudes(g):
    x = g.input('x', [1, T, 8])
    real, imaginary = g.nodes('Split', [x, g.integers([4, 4])], 2, axis=2)
    two = g.constant(np.float32(2))
    power = g.node('Add', [g.node('Pow', [real, two]), g.node('Pow', [imaginary, two])])
    g.output(g.dense(g.batch_gru(g.node('Sqrt', [power]), 4, 4), 4, 2), 'y')


# --- normalisation ---

@kind
def batch_normalisation_in_front(g):
    x = g.input('x', [1, T, 4])
    h = g.node('Relu', [g.dense(x, 4, 6)])
    g.output(g.dense(g.batch_gru(g.channels_first(lambda c: g.batch_norm(c, 6), h), 6, 4), 4, 2), 'y')


@kind
def batch_normalisation_behind_a_convolution(g):
    x = g.input('x', [1, 3, T])
    y = g.batch_norm(g.node('Conv', [x, g.floats(5, 3, 1), g.floats(5)]), 5)
    g.output(g.dense(g.batch_gru(g.transpose(g.node('Relu', [y]), [0, 2, 1]), 5, 4), 4, 2), 'y')


@kind
def layer_normalisation(g):
    x = g.input('x', [1, T, 4])
    h = g.batch_gru(x, 4, 6)
    g.output(g.dense(g.node('LayerNormalization', [h, g.floats(6), g.floats(6)], axis=-1), 6, 3), 'y')


@kind
def layer_normalisation_written_out(g):
    x = g.input('x', [1, T, 4])
    h = g.batch_gru(x, 4, 6)
    mean = g.node('ReduceMean', [h], axes=[2], keepdims=1)
    away = g.node('Sub', [h, mean])
    variance = g.node('ReduceMean', [g.node('Mul', [away, away])], axes=[2], keepdims=1)
    deviation = g.node('Sqrt', [g.node('Add', [variance, g.constant(np.float32(1e-3))])])
    y = g.node('Add', [g.node('Mul', [g.node('Div', [away, deviation]), g.floats(6)]), g.floats(6)])
    g.output(g.dense(y, 6, 3), 'y')


# --- convolutions and pools ---

@kind
def convolutions_over_time(g):
    x = g.input('x', [1, 4, T])
    y = g.node('Relu', [g.node('Conv', [x, g.floats(6, 4, 3), g.floats(6)], pads=[2, 0])])
    y = g.node('Conv', [y, g.floats(6, 2, 3)], dilations=[2], group=3, pads=[2, 2])
    y = g.node('Conv', [y, g.floats(6, 6, 2)], auto_pad='SAME_UPPER')
    g.output(g.dense(g.batch_gru(g.transpose(y, [0, 2, 1]), 6, 4), 4, 2), 'y')


@kind
def strided_convolution(g):
    x = g.input('x', [1, 3, T])
    y = g.node('Conv', [x, g.floats(5, 3, 4), g.floats(5)], strides=[2], pads=[1, 1])
    g.output(g.dense(g.batch_gru(g.transpose(g.node('Relu', [y]), [0, 2, 1]), 5, 4), 4, 2), 'y')


@kind
def convolution_over_reflected_samples(g):
    x = g.input('x', [1, 16])
    wide = g.node('Pad', [g.unsqueeze(x, 1), g.integers([0, 0, 2, 0, 0, 2])], mode='reflect')
    y = g.node('Relu', [g.node('Conv', [wide, g.floats(4, 1, 6)], strides=[3])])
    h = g.carried_lstm(g.reshape(y, [1, 1, 20]), 20, 4)
    g.output(g.dense(h, 4, 1), 'y')


@kind
def convolutions_over_time_and_bands(g):
    x = g.input('x', [1, 1, T, 9])
    y = g.node('Relu', [g.node('Conv', [x, g.floats(3, 1, 2, 3), g.floats(3)], pads=[1, 1, 0, 1], strides=[1, 2])])
    y = g.node('Conv', [y, g.floats(3, 1, 1, 3)], group=3, pads=[0, 1, 0, 1])
    flat = g.reshape(g.transpose(y, [0, 2, 1, 3]), [1, -1, 15])
    g.output(g.dense(g.batch_gru(flat, 15, 4), 4, 2), 'y')


@kind
def transposed_convolution(g):
    x = g.input('x', [1, T, 12])
    bands = g.reshape(x, [-1, 4, 3])
    y = g.node('ConvTranspose', [bands, g.floats(4, 1, 3), g.floats(2)], strides=[2], pads=[1, 1], output_padding=[1], group=2)
    g.output(g.dense(g.batch_gru(g.reshape(y, [1, -1, 12]), 12, 4), 4, 2), 'y')


@kind
def transposed_convolution_in_two_dimensions(g):
    x = g.input('x', [1, 2, T, 4])
    y = g.node('ConvTranspose', [x, g.floats(2, 3, 1, 3), g.floats(3)], strides=[1, 2], pads=[0, 1, 0, 1], dilations=[1, 1])
    y = g.batch_norm(y, 3)
    flat = g.reshape(g.transpose(y, [0, 2, 1, 3]), [1, -1, 21])
    g.output(g.dense(g.batch_gru(flat, 21, 4), 4, 2), 'y')


@kind
def average_pools(g):
    x = g.input('x', [1, 3, T, 8])
    y = g.node('AveragePool', [x], kernel_shape=[1, 3], strides=[1, 2], pads=[0, 1, 0, 0])
    flat = g.reshape(g.transpose(y, [0, 2, 1, 3]), [1, -1, 12])
    pooled = g.node('AveragePool', [g.transpose(flat, [0, 2, 1])], kernel_shape=[2], strides=[2])
    g.output(g.dense(g.batch_gru(g.transpose(pooled, [0, 2, 1]), 12, 4), 4, 2), 'y')


@kind
def padded_max_pool(g):
    x = g.input('x', [1, 3, T])
    y = g.node('MaxPool', [x], kernel_shape=[3], strides=[1], pads=[1, 1])
    g.output(g.dense(g.batch_gru(g.transpose(y, [0, 2, 1]), 3, 4), 4, 2), 'y')


@kind
def global_pools(g):
    x = g.input('x', [1, T, 12])
    bands = g.reshape(x, [-1, 3, 4])
    both = g.node('Concat', [g.node('GlobalAveragePool', [bands]), g.node('GlobalMaxPool', [bands])], axis=1)
    g.output(g.dense(g.batch_gru(g.reshape(both, [1, -1, 6]), 6, 4), 4, 2), 'y')


@kind
def window_of_a_stream(g):
    x, cache = g.input('x', [1, 3, 1]), g.state('cache', [1, 3, 2])
    window = g.node('Concat', [cache, x], axis=2)
    y = g.node('Relu', [g.node('Conv', [window, g.floats(5, 3, 3), g.floats(5)])])
    h = g.carried_gru(g.transpose(y, [2, 0, 1]), 5, 4)
    g.next_state(cache, g.slice(window, 1, 3, 2))
    g.output(g.dense(g.squeeze(h, 1), 4, 2), 'y')


# --- moves ---

@kind
def moved_features(g):
    x = g.input('x', [1, T, 8])
    turned = g.node('Slice', [x, g.integers([7]), g.integers([-9]), g.integers([2]), g.integers([-2])])
    windows = g.node('Gather', [x, g.integers([[0, 1, 2], [2, 3, 4], [4, 5, 6]])], axis=2)
    padded = g.node('Pad', [turned, g.integers([0, 0, 1, 0, 0, 1])])
    flat = g.reshape(windows, [1, -1, 9])
    g.output(g.dense(g.batch_gru(g.node('Concat', [padded, flat], axis=2), 15, 4), 4, 2), 'y')


@kind
def squeezed_without_axes(g):
    x = g.input('x', [T, 1, 1, 4])
    h = g.gru(g.reshape(x, [-1, 1, 4]), 4, 3)
    g.output(g.dense(g.node('Squeeze', [h]), 3, 2), 'y')


@kind
def inner_axes(g):
    x = g.input('x', [1, T, 12])
    blocks = g.reshape(x, [1, -1, 3, 4])
    mixed = g.node('MatMul', [g.transpose(blocks, [0, 1, 3, 2]), g.floats(3, 2)])
    means = g.node('ReduceMean', [blocks], axes=[2], keepdims=0)
    flat = g.node('Concat', [g.reshape(mixed, [1, -1, 8]), means], axis=2)
    g.output(g.dense(g.batch_gru(flat, 12, 4), 4, 2), 'y')


# --- over the whole sequence ---

@kind
def mean_over_time(g):
    x = g.input('x', [1, 12, 3], time=1)
    h = g.batch_gru(x, 3, 4)
    g.output(g.dense(g.node('ReduceMean', [h], axes=[1], keepdims=0), 4, 2), 'y')


@kind
def mean_over_any_number_of_steps(g):
    x = g.input('x', [1, T, 3])
    h = g.batch_gru(x, 3, 4)
    g.output(g.dense(g.node('ReduceMean', [h], axes=[1], keepdims=0), 4, 2), 'y')


@kind
def max_over_time(g):
    x = g.input('x', [1, T, 3])
    h = g.batch_gru(x, 3, 4)
    g.output(g.dense(g.node('ReduceMax', [h], axes=[1], keepdims=0), 4, 2), 'y')


@kind
def one_directions_final_state(g):
    x = g.input('x', [T, 1, 3])
    outputs = g.recurrent('GRU', x, 3, 4, direction='bidirectional')
    final = g.squeeze(g.slice(outputs[1], 1, 2, 0), 0)
    g.output(g.dense(final, 4, 2), 'y')


@kind
def repeated_vector(g):
    x = g.input('x', [T, 1, 3])
    code = g.recurrent('GRU', x, 3, 4)[1]
    steps = g.node('Gather', [g.node('Shape', [x]), g.integers([0])])
    repeated = g.node('Expand', [code, g.node('Concat', [steps, g.integers([1, 1])], axis=0)])
    g.output(g.dense(g.squeeze(g.gru(repeated, 4, 5), 1), 5, 3), 'y')


@kind
def constant_number_of_repeats(g):
    x = g.input('x', [T, 1, 3])
    code = g.recurrent('LSTM', x, 3, 4)[1]
    repeated = g.node('Tile', [code, g.integers([6, 1, 1])])
    g.output(g.dense(g.squeeze(g.gru(repeated, 4, 5), 1), 5, 3), 'y')


@kind
def time_distributed(g):
    x = g.input('x', [1, T, 3])
    h = g.batch_gru(x, 3, 4)
    flat = g.node('Relu', [g.dense(g.reshape(h, [-1, 4]), 4, 5)])
    g.output(g.dense(g.reshape(flat, [1, -1, 5]), 5, 2), 'y')


@kind
def inputs_with_clocks_of_their_own(g):
    source, target = g.input('source', ['S', 1, 3]), g.input('target', ['U', 1, 2])
    code = g.recurrent('GRU', source, 3, 4)[1]
    decoded = g.recurrent('GRU', target, 2, 4, initial=[code])[0]
    g.output(g.dense(g.squeeze(g.squeeze(decoded, 1), 1), 4, 3), 'y')


@kind
def recurrent_layer_on_one_vector(g):
    x = g.input('x', [1, T, 3])
    top = g.node('ReduceMax', [g.dense(x, 3, 4)], axes=[1], keepdims=1)
    h = g.squeeze(g.gru(g.transpose(top, [1, 0, 2]), 4, 5), 1)
    g.output(g.dense(h, 5, 2), 'y')


# --- cells written out, loops ---

@kind
def gru_cell_written_out(g):
    x, h = g.input('x', [1, 3]), g.state('h', [1, 4])
    g.next_state(h, g.gru_cell(x, h, 3, 4))
    g.output(g.dense(g.states[h], 4, 2), 'y')


@kind
def lstm_cell_written_out(g):
    x, h, c = g.input('x', [1, 3]), g.state('h', [1, 4]), g.state('c', [1, 4])
    all_gates = g.node('Add', [g.dense(x, 3, 16), g.node('MatMul', [h, g.floats(4, 16)])])
    i, f, o, c_new = g.nodes('Split', [all_gates, g.integers([4, 4, 4, 4])], 4, axis=1)
    i, f, o = (g.node('Sigmoid', [gate]) for gate in (i, f, o))
    c_next = g.node('Add', [g.node('Mul', [f, c]), g.node('Mul', [i, g.node('Tanh', [c_new])])])
    h_next = g.node('Mul', [o, g.node('Tanh', [c_next])])
    g.next_state(c, c_next)
    g.next_state(h, h_next)
    g.output(g.dense(h_next, 4, 2), 'y')


@kind
def scan_over_steps(g):
    x = g.input('x', [T, 3])
    body = g.body()
    h, step = body.input('h_in', [1, 4]), body.input('step', [3])
    h_next = body.gru_cell(body.unsqueeze(step, 0), h, 3, 4)
    body.output(h_next, 'h_out', shape=[1, 4])
    body.output(body.squeeze(h_next, 0), 'row', shape=[4])
    zero = g.constant(np.zeros([1, 4], np.float32))
    rows = g.nodes('Scan', [zero, x], 2, body=body.graph(), num_scan_inputs=1)[1]
    g.output(g.dense(rows, 4, 2), 'y')


@kind
def loop_over_steps(g):
    x = g.input('x', [T, 3])
    steps = g.squeeze(g.node('Slice', [g.node('Shape', [x]), g.integers([0]), g.integers([1])]), 0)
    body = g.body()
    at, go_on, h = (body.input('at', [], TensorProto.INT64), body.input('go_on', [], TensorProto.BOOL), body.input('h_in', [1, 4]))
    step = body.node('Gather', [x, at], axis=0)
    h_next = body.node('Tanh', [body.node('Add', [body.dense(body.unsqueeze(step, 0), 3, 4), body.node('MatMul', [h, body.floats(4, 4)])])])
    body.output(body.node('Identity', [go_on]), 'going_on', TensorProto.BOOL, shape=[])
    body.output(h_next, 'h_out', shape=[1, 4])
    body.output(body.squeeze(h_next, 0), 'row', shape=[4])
    true, zero = g.constant(np.array(True)), g.constant(np.zeros([1, 4], np.float32))
    rows = g.nodes('Loop', [steps, true, zero], 2, body=body.graph())[1]
    g.output(g.dense(rows, 4, 2), 'y')


@kind
def branch_that_shapes_decide(g):
    x = g.input('x', [1, T, 3])
    rank = g.node('Size', [g.node('Shape', [x])])
    is_three = g.node('Equal', [rank, g.integers(3)])
    then, otherwise = g.body(), g.body()
    then.output(then.node('Tanh', [x]), 'then_y', shape=[1, 'T', 3])
    otherwise.output(otherwise.node('Neg', [x]), 'else_y', shape=[1, 'T', 3])
    y = g.node('If', [is_three], then_branch=then.graph(), else_branch=otherwise.graph())
    g.output(g.dense(g.batch_gru(y, 3, 4), 4, 2), 'y')


@kind
def packed_sequences(g):
    x, lengths = g.input('x', [T, 1, 3]), g.lengths('lengths')
    outputs = g.recurrent('LSTM', x, 3, 4, lengths=lengths)
    g.output(g.dense(g.squeeze(outputs[0], 1), 4, 2), 'y')


# --- inner axes of recurrences ---

@kind
def recurrence_along_bands(g):
    x = g.input('x', [1, T, 12])
    bands = g.transpose(g.reshape(x, [-1, 4, 3]), [1, 0, 2])
    y = g.recurrent('GRU', bands, 3, 2, direction='bidirectional')[0]
    flat = g.reshape(g.transpose(y, [2, 0, 1, 3]), [1, -1, 16])
    g.output(g.dense(g.batch_gru(flat, 16, 4), 4, 2), 'y')


@kind
def inner_steps_that_go_on(g):
    x = g.input('x', [1, 12])
    h = g.carried_lstm(g.transpose(g.reshape(x, [1, 3, 4]), [1, 0, 2]), 4, 5)
    g.output(g.dense(g.squeeze(h, 1), 5, 2), 'y')


@kind
def one_cell_at_many_positions(g):
    x, h0 = g.input('x', [1, 5, 3]), g.state('h', [1, 5, 4])
    outputs = g.recurrent('GRU', x, 3, 4, initial=[h0])
    g.next_state(h0, outputs[1])
    g.output(g.dense(g.reshape(outputs[0], [1, 20]), 20, 2), 'y')


# --- packed states ---

@kind
def states_packed_by_concat(g):
    x, state = g.input('x', [1, 1, 3]), g.state('state', [2, 1, 4])
    h0, c0 = g.slice(state, 0, 1, 0), g.slice(state, 1, 2, 0)
    outputs = g.recurrent('LSTM', x, 3, 4, initial=[h0, c0])
    g.next_state(state, g.node('Concat', [outputs[1], outputs[2]], axis=0))
    g.output(g.dense(g.squeeze(outputs[0], 1), 4, 2), 'y')


@kind
def states_packed_by_scatter(g):
    x, state = g.input('x', [1, 1, 3]), g.state('state', [2, 1, 4])
    h0 = g.unsqueeze(g.node('Gather', [state, g.integers(0)], axis=0), 0)
    h1 = g.unsqueeze(g.node('Gather', [state, g.integers(1)], axis=0), 0)
    first = g.recurrent('GRU', x, 3, 4, initial=[h0])
    second = g.recurrent('GRU', g.squeeze(first[0], 1), 4, 4, initial=[h1])
    packed = g.node('ScatterND', [state, g.integers([[0]]), first[1]])
    g.next_state(state, g.node('ScatterND', [packed, g.integers([[1]]), second[1]]))
    g.output(g.dense(g.squeeze(second[0], 1), 4, 2), 'y')


@kind
def states_packed_on_the_features(g):
    x, state = g.input('x', [1, 1, 3]), g.state('state', [1, 1, 8])
    h0, c0 = g.nodes('Split', [state, g.integers([4, 4])], 2, axis=2)
    outputs = g.recurrent('LSTM', x, 3, 4, initial=[h0, c0])
    g.next_state(state, g.node('Concat', [outputs[1], outputs[2]], axis=2))
    g.output(g.dense(g.squeeze(outputs[0], 1), 4, 2), 'y')
