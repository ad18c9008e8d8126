"""Writes NAME.onnx and NAME.npz for every kind of kinds.py: python make_kinds.py FOLDER [PATTERN].

NAME.npz holds input:X as `fixgate run` takes them, what ONNX Runtime answers as output:Y [ticks, elements], and calibration:X [sequences,
steps, ...], inputs of another seed. Weights and inputs are seeded by the name of the network. Needs numpy, onnx and onnxruntime.
"""
import fnmatch
import pathlib
import sys
import zlib

import numpy as np
import onnx
import onnxruntime

from kinds import KINDS
from small_graph import SmallGraph

STEPS, OTHER_STEPS, CALIBRATION_STEPS, CALIBRATION_SEQUENCES = 13, 17, 40, 8
TYPES = {onnx.TensorProto.FLOAT: np.float32, onnx.TensorProto.INT64: np.int64, onnx.TensorProto.INT32: np.int32, onnx.TensorProto.UINT8: np.uint8}


class Peer:
    """ONNX Runtime on one network."""

    def __init__(self, graph):
        self.graph = graph
        extra = sorted({value for name, value in graph.compared.items() if value != name})
        self.session = onnxruntime.InferenceSession(graph.model(*extra).SerializeToString(), providers=['CPUExecutionProvider'])
        self.kinds = {value.name: TYPES[value.type.tensor_type.elem_type] for value in graph.inputs if value.name in graph.limits}

    def time_of(self, name):
        """The axis of the steps, if the input has one."""
        shape = self.graph.shapes[name]
        symbols = [axis for axis, size in enumerate(shape) if isinstance(size, str)]
        return symbols[0] if symbols else self.graph.times[name]

    @property
    def is_stepped(self):
        return all(self.time_of(name) is None for name in self.graph.limits)

    @property
    def has_fixed_steps(self):
        return any(self.graph.times[name] is not None for name in self.graph.limits)

    def rows(self, random, steps):
        """By input [steps, axes of a step]."""
        arrays = {}
        for number, name in enumerate(self.graph.limits):
            shape, time = self.graph.shapes[name], self.time_of(name)
            fixed = time is not None and not isinstance(shape[time], str)
            own = shape[time] if fixed else steps + number * (len(set(map(str, shape)) & {'S', 'U'}))
            axes = [own] + [size for axis, size in enumerate(shape) if axis != time and size != 1]
            limit = self.graph.limits[name]
            arrays[name] = (random.integers(0, limit, axes) if limit else random.normal(size=axes)).astype(self.kinds[name])
        return arrays

    def tensor(self, name, rows):
        shape, time = self.graph.shapes[name], self.time_of(name)
        if time is None:
            return rows.reshape(shape)
        rest = [size for axis, size in enumerate(shape) if axis != time]
        return np.moveaxis(rows.reshape([len(rows), *rest]), 0, time)

    def call(self, feed):
        names = [value.name for value in self.session.get_outputs()]
        return dict(zip(names, self.session.run(None, feed)))

    def whole(self, arrays):
        feed = {name: self.tensor(name, rows) for name, rows in arrays.items()}
        steps = len(next(iter(arrays.values())))
        return self.call({**feed, **{name: np.array([steps], np.int32) for name in self.graph.all_lengths}})

    def stepped(self, arrays):
        states = {name: np.zeros(self.graph.shapes[name], np.float32) for name in self.graph.states}
        answers = []
        for step in range(len(next(iter(arrays.values())))):
            answer = self.call({**{name: self.tensor(name, rows[step]) for name, rows in arrays.items()}, **states})
            states = {name: answer[to] for name, to in self.graph.next_states.items()}
            answers.append(answer)
        return {name: np.stack([answer[name].ravel() for answer in answers]) for name in answers[0]}

    def answers(self, arrays, others):
        """By output [ticks, elements]; the axis of the ticks is the one whose size changes with the steps."""
        if self.is_stepped:
            found = self.stepped(arrays)
        else:
            found, other = self.whole(arrays), self.whole(others)
            for name, tensor in found.items():
                changing = [axis for axis in range(tensor.ndim) if tensor.shape[axis] != other[name].shape[axis]]
                found[name] = np.moveaxis(tensor, changing[0], 0).reshape(tensor.shape[changing[0]], -1) if changing else tensor.reshape(1, -1)
        return {name: found[value] for name, value in self.graph.compared.items()}


def write(name, folder):
    graph = SmallGraph(name, np.random.default_rng(zlib.crc32(name.encode())))
    KINDS[name](graph)
    model = onnx.shape_inference.infer_shapes(graph.model())
    peer = Peer(graph)
    random = np.random.default_rng(zlib.crc32(name.encode()) + 1)
    arrays, others = (peer.rows(random, steps) for steps in (STEPS, OTHER_STEPS))
    sequences = [peer.rows(random, CALIBRATION_STEPS) for _ in range(CALIBRATION_SEQUENCES)]
    calibration = {key: np.stack([one[key] for one in sequences]) for key in arrays}
    if not peer.has_fixed_steps and len(arrays) == 1:
        calibration['lengths'] = np.linspace(5, CALIBRATION_STEPS, CALIBRATION_SEQUENCES).astype(np.int64)
    onnx.save(model, folder / f'{name}.onnx')
    np.savez_compressed(folder / f'{name}.npz', **{f'input:{key}': value for key, value in arrays.items()},
                        **{f'calibration:{key}': value for key, value in calibration.items()},
                        **{f'output:{key}': value for key, value in peer.answers(arrays, others).items()})


def main():
    folder = pathlib.Path(sys.argv[1])
    pattern = sys.argv[2] if len(sys.argv) > 2 else '*'
    folder.mkdir(parents=True, exist_ok=True)
    for name in KINDS:
        if fnmatch.fnmatch(name, pattern):
            write(name, folder)
            print(name, flush=True)


if __name__ == '__main__':
    main()
