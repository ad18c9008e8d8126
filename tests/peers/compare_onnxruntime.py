"""Compares Fixgate's float results with ONNX Runtime's: python compare_onnxruntime.py RUN_GRAPH. See README.md."""

import argparse
import itertools
import pathlib
import subprocess
import sys
import tempfile
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
BATCH, TIME = 3, 40
TYPES = {onnx.TensorProto.FLOAT: np.float32, onnx.TensorProto.INT64: np.int64, onnx.TensorProto.INT32: np.int32}


def graph_inputs(model):
    stored = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in stored]


def vocabulary_of(model):
    """Rows of the first matrix that a Gather reads; 2 where there is none."""
    shapes = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    rows = [shapes[node.input[0]][0] for node in model.graph.node
            if node.op_type == "Gather" and len(shapes.get(node.input[0], ())) == 2]
    return rows[0] if rows else 2


def batch_axis_of(model):
    dims = graph_inputs(model)[0].type.tensor_type.shape.dim
    named = [axis for axis, dim in enumerate(dims) if "batch" in dim.dim_param]
    return named[0] if named else 1


def random_inputs(model, random):
    inputs, batch = {}, batch_axis_of(model)
    for index, value in enumerate(graph_inputs(model)):
        kind = TYPES[value.type.tensor_type.elem_type]
        dims = value.type.tensor_type.shape.dim
        dynamic = {batch: BATCH, 1 - batch: TIME} if index == 0 else {1: BATCH}
        shape = [dim.dim_value or dynamic[axis] for axis, dim in enumerate(dims)]
        if kind == np.float32:
            inputs[value.name] = random.uniform(-1, 1, shape).astype(kind)
        else:
            inputs[value.name] = random.integers(0, vocabulary_of(model), shape).astype(kind)
    return inputs


def run_fixgate(run_graph, path, inputs):
    """The outputs by name, or the tool's error as a text."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for index, (name, value) in enumerate(inputs.items()):
            files.append(pathlib.Path(folder) / f"input_{index}.pb")
            files[-1].write_bytes(numpy_helper.from_array(value, name).SerializeToString())
        done = subprocess.run([run_graph, path, folder, *files], capture_output=True, text=True)
        if done.returncode != 0:
            return done.stderr.strip() or f"exit status {done.returncode}"
        outputs = {}
        for file in pathlib.Path(folder).glob("output_*.pb"):
            tensor = onnx.load_tensor(str(file))
            outputs[tensor.name] = numpy_helper.to_array(tensor)
        return outputs


def difference(got, wanted):
    """Largest absolute difference, relative where values are above 1."""
    if got.shape != wanted.shape:
        return float("inf")
    wanted = wanted.astype(np.float64)
    return float(np.max(np.abs(got - wanted) / np.maximum(1, np.abs(wanted)), initial=0))


def compare(run_graph, path):
    """The largest difference of the executor, or its error."""
    model = onnx.load(str(path))
    random = np.random.default_rng(zlib.crc32(path.stem.encode()))
    inputs = random_inputs(model, random)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    expected = dict(zip([value.name for value in model.graph.output], session.run(None, inputs)))
    executed = run_fixgate(run_graph, path, inputs)
    if not isinstance(executed, str):
        executed = max(difference(executed[name], value) for name, value in expected.items())
    return executed


def family(folder):
    """Exports cells x directions x layers x layouts x heads through PyTorch, each at one of the operator sets."""
    sys.path.insert(0, str(HERE.parent / "data" / "make_models"))
    import torch  # noqa: F401: fails here, by name, where it is missing
    import torch_cases
    from make_torch import export_by_torchscript
    from torch_network import RecurrentNetwork, random_inputs as example_inputs

    heads = [dict(take="last"), dict(take="every", head=("linear", "log_softmax")),
             dict(take="final", head=("linear", "relu", "linear", "sigmoid")),
             dict(take="every", states="given", return_states=True)]
    sets = itertools.cycle([9, 11, 13, 17, 20])
    for cell, both, layers, batch_first, (number, head) in itertools.product(
            ["lstm", "gru", "rnn_tanh"], [False, True], [1, 2], [True, False], enumerate(heads)):
        if both and head["take"] == "final":  # of both directions, joined
            head = dict(head, take="final_both")
        label = f"{cell}_{'both' if both else 'forward'}_{layers}x_{'batch' if batch_first else 'time'}_head{number}"
        case = torch_cases.torchscript(next(sets), label, label, cell=cell, bidirectional=both, layers=layers,
                                       batch_first=batch_first, **head)
        seed = zlib.crc32(case.name.encode())
        torch.manual_seed(seed)
        model = RecurrentNetwork(case.net).eval()
        example = example_inputs(case.net, case.batch, case.time, torch.Generator().manual_seed(seed))
        path = folder / f"{case.name}.onnx"
        export_by_torchscript(case, model, example, path)
        yield path


def text_of(result):
    return result if isinstance(result, str) else f"{result:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run_graph", help="the program that the build makes in tests/peers")
    parser.add_argument("--models", type=pathlib.Path, help="a folder with more .onnx files")
    parser.add_argument("--family", action="store_true", help="also a family of networks, exported here by PyTorch")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    options = parser.parse_args()
    failures, count = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        paths = sorted(HERE.parent.parent.glob("examples/*/*.onnx"))
        paths += sorted(options.models.glob("*.onnx")) if options.models else []
        generated = family(pathlib.Path(folder)) if options.family else ()
        print("| model | executor |\n|---|---|")
        for path in itertools.chain(paths, generated):
            result = compare(options.run_graph, path)
            count += 1
            failures += isinstance(result, str) or result > options.tolerance
            print(f"| {path.stem} | {text_of(result)} |", flush=True)
    print(f"{count} models, {failures} beyond {options.tolerance:g} or refused")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
