"""A graph under construction, with random weights; every method that adds a node gives the name of its output."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

T = 'T'  # an axis of steps
OPERATOR_SET, IR_VERSION = 17, 8
GATES = {'LSTM': 4, 'GRU': 3, 'RNN': 1}


class SmallGraph:
    def __init__(self, name, random, prefix=''):
        self.name, self.random, self.prefix = name, random, prefix
        self.node_list, self.initializers, self.inputs, self.outputs = [], [], [], []
        self.shapes, self.limits, self.times = {}, {}, {}
        self.states, self.next_states, self.all_lengths, self.compared = {}, {}, [], {}
        self.count = self.bodies = 0

    # --- ends ---

    def input(self, name, shape, kind=TensorProto.FLOAT, limit=0, time=None):
        """`limit`: tokens are below it. `time`: the axis of a fixed number of steps."""
        name = self.prefix + name
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        self.shapes[name], self.limits[name], self.times[name] = shape, limit, time
        return name

    def state(self, name, shape):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        self.states[name] = None
        self.shapes[name] = shape
        return name

    def next_state(self, state, value):
        output = self.node('Identity', [value], output=state + '_next')
        self.outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, self.shapes[state]))
        self.states[state] = value
        self.next_states[state] = output

    def lengths(self, name):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.INT32, [1]))
        self.all_lengths.append(name)
        return name

    def output(self, value, name, kind=TensorProto.FLOAT, instead=None, shape=None):
        """`instead`: the value that is compared, where functions at the end are left to the reader."""
        name = self.prefix + name
        self.node('Identity', [value], output=name)
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))
        self.compared[name] = instead or name

    # --- numbers ---

    def numbers(self, *shape):
        return self.random.uniform(-0.8, 0.8, shape).astype(np.float32)

    def constant(self, value):
        self.count += 1
        name = f'{self.prefix}c{self.count}'
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def floats(self, *shape):
        return self.constant(self.numbers(*shape))

    def integers(self, values):
        return self.constant(np.asarray(values, np.int64))

    # --- nodes ---

    def nodes_(self, operator, inputs, outputs, attributes):
        self.node_list.append(helper.make_node(operator, inputs, outputs, name=f'{operator.lower()}_{len(self.node_list)}', **attributes))
        return outputs

    def node(self, operator, inputs, output=None, **attributes):
        self.count += 1
        return self.nodes_(operator, inputs, [output or f'{self.prefix}v{self.count}'], attributes)[0]

    def nodes(self, operator, inputs, count, /, **attributes):
        self.count += 1
        return self.nodes_(operator, inputs, [f'{self.prefix}v{self.count}_{k}' for k in range(count)], attributes)

    def squeeze(self, x, axis):
        return self.node('Squeeze', [x, self.integers([axis])])

    def unsqueeze(self, x, axis):
        return self.node('Unsqueeze', [x, self.integers([axis])])

    def reshape(self, x, shape):
        return self.node('Reshape', [x, self.integers(shape)])

    def transpose(self, x, order):
        return self.node('Transpose', [x], perm=order)

    def slice(self, x, begin, end, axis):
        return self.node('Slice', [x, self.integers([begin]), self.integers([end]), self.integers([axis])])

    def dense(self, x, inputs, outputs):
        return self.node('Add', [self.node('MatMul', [x, self.floats(inputs, outputs)]), self.floats(outputs)])

    def batch_norm(self, x, channels):
        numbers = [self.floats(channels) for _ in range(3)] + [self.constant(self.random.uniform(0.5, 2, channels).astype(np.float32))]
        return self.node('BatchNormalization', [x, *numbers])

    def channels_first(self, function, x):
        return self.transpose(function(self.transpose(x, [0, 2, 1])), [0, 2, 1])

    # --- recurrent layers ---

    def recurrent(self, kind, x, inputs, hidden, direction='forward', initial=(), lengths=''):
        directions, gates = (2 if direction == 'bidirectional' else 1), GATES[kind]
        numbers = [self.floats(directions, gates * hidden, inputs), self.floats(directions, gates * hidden, hidden),
                   self.floats(directions, 2 * gates * hidden)]
        attributes = {'direction': direction, 'hidden_size': hidden, **({'linear_before_reset': 1} if kind == 'GRU' else {})}
        return self.nodes(kind, [x, *numbers, lengths, *initial], 3 if kind == 'LSTM' else 2, **attributes)

    def gru(self, x, inputs, hidden):
        """[steps, 1, inputs] to [steps, 1, 1, hidden]."""
        return self.recurrent('GRU', x, inputs, hidden)[0]

    def batch_gru(self, x, inputs, hidden):
        """[1, steps, inputs] to [1, steps, hidden]."""
        return self.transpose(self.squeeze(self.gru(self.transpose(x, [1, 0, 2]), inputs, hidden), 1), [1, 0, 2])

    def carried_gru(self, x, inputs, hidden):
        """[steps, 1, inputs] to [steps, 1, hidden]; the state goes on from call to call."""
        h = self.state('h', [1, 1, hidden])
        outputs = self.recurrent('GRU', x, inputs, hidden, initial=[h])
        self.next_state(h, outputs[1])
        return self.squeeze(outputs[0], 1)

    def carried_lstm(self, x, inputs, hidden):
        h, c = self.state('h', [1, 1, hidden]), self.state('c', [1, 1, hidden])
        outputs = self.recurrent('LSTM', x, inputs, hidden, initial=[h, c])
        self.next_state(h, outputs[1])
        self.next_state(c, outputs[2])
        return self.squeeze(outputs[0], 1)

    def gru_cell(self, x, h, inputs, hidden):
        both = lambda: self.node('Add', [self.dense(x, inputs, hidden), self.node('MatMul', [h, self.floats(hidden, hidden)])])
        z, r = self.node('Sigmoid', [both()]), self.node('Sigmoid', [both()])
        recurrent = self.node('Mul', [r, self.dense(h, hidden, hidden)])
        n = self.node('Tanh', [self.node('Add', [self.dense(x, inputs, hidden), recurrent])])
        kept = self.node('Mul', [z, self.node('Sub', [h, n])])
        return self.node('Add', [n, kept])

    # --- whole graphs ---

    def body(self):
        self.bodies += 1
        return SmallGraph(f'body_{self.bodies}', self.random, f'{self.prefix}b{self.bodies}_')

    def graph(self):
        return helper.make_graph(self.node_list, self.name, self.inputs, self.outputs, self.initializers)

    def model(self, *extra_outputs):
        graph = self.graph()
        for name in extra_outputs:
            graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
        return helper.make_model(graph, ir_version=IR_VERSION, opset_imports=[helper.make_opsetid('', OPERATOR_SET)])
