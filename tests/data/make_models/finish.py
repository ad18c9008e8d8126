"""Takes what the make_*.py scripts staged to models/: python finish.py STAGE MODELS.

Strips the traces of the exporting machine, lets ONNX Runtime compute the expected outputs, compares them with those of
the framework that exported the model and of the reference evaluator, and writes index.json.
"""

import json
import pathlib
import shutil
import sys

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.reference
import onnxruntime

import recurrent_equations
import staging

TOLERANCE = 2e-5


def graphs_of(graph):
    """`graph` and the graphs nested in its nodes."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs] if attribute.HasField("g") else attribute.graphs:
                yield from graphs_of(inner)


def strip(model):
    """Removes documentation strings and metadata: exporters put file names and stack traces there."""
    parts = [model, *model.functions]
    for graph in graphs_of(model.graph):
        parts += [graph, *graph.node, *graph.initializer, *graph.input, *graph.output, *graph.value_info]
    for function in model.functions:
        parts += function.node
    for part in parts:
        part.ClearField("doc_string")
        part.ClearField("metadata_props")


def load_whole(path):
    """The model with external data read in, to be checked and run by the reference evaluator."""
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    return model


def run_runtime(path, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def run_reference(path, inputs):
    """The reference evaluator of onnx with our equations of the recurrent operators."""
    session = onnx.reference.ReferenceEvaluator(load_whole(path), new_ops=recurrent_equations.OPERATORS)
    return dict(zip(session.output_names, session.run(None, inputs)))


def compute(path, inputs, reference):
    """(oracle, outputs by name): ONNX Runtime, or `reference` for what ONNX Runtime refuses."""
    try:
        return f"onnxruntime {onnxruntime.__version__}", run_runtime(path, inputs)
    except Exception as refusal:  # ONNX Runtime raises several unrelated classes
        print(f"{path.stem}: refused by ONNX Runtime: {str(refusal).splitlines()[0]}")
        return f"onnx.reference {onnx.__version__} with recurrent_equations.py", reference


def compare(name, outputs, peer, who):
    for key, value in peer.items():
        if outputs[key].shape != value.shape:
            raise SystemExit(f"{name}: output {key} is {outputs[key].shape}, {who} gives {value.shape}")
        off = np.abs(outputs[key] - value).max()
        if not off <= TOLERANCE:
            raise SystemExit(f"{name}: output {key} is off from {who} by {off}")


def write_tensors(folder, kind, tensors):
    for i, (name, value) in enumerate(tensors.items()):
        tensor = onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        (folder / f"{kind}_{i}.pb").write_bytes(tensor.SerializeToString(deterministic=True))


def operator_set(model):
    return next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))


def finish(stage, models, name):
    """Writes NAME.onnx, its external data and NAME.data/; gives the entry of index.json."""
    about = json.loads((stage / f"{name}.json").read_text())
    model = onnx.load(str(stage / f"{name}.onnx"), load_external_data=False)
    strip(model)
    if operator_set(model) != about["operator_set"]:
        raise SystemExit(f"{name}: the exporter wrote operator set {operator_set(model)}, not {about['operator_set']}")
    path = models / f"{name}.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    if (stage / f"{name}.onnx.data").exists():
        shutil.copy(stage / f"{name}.onnx.data", models)
    inputs = staging.tensors(stage, name, "in")
    loops = len(list(graphs_of(model.graph))) > 1  # the evaluator's Loop gives other shapes than TensorFlow's
    reference = {} if loops else run_reference(path, inputs)
    oracle, outputs = compute(path, inputs, reference)
    compare(name, outputs, staging.tensors(stage, name, "out"), "the exporting framework")
    compare(name, outputs, reference, "the reference evaluator")
    folder = models / f"{name}.data"
    folder.mkdir()
    fed = [entry.name for entry in model.graph.input if entry.name in inputs]  # without initialisers listed as inputs
    write_tensors(folder, "input", {key: inputs[key] for key in fed})
    write_tensors(folder, "output", {entry.name: outputs[entry.name] for entry in model.graph.output})
    return {**about, "oracle": oracle}


def main():
    stage, models = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    finished = stage / "finished"
    shutil.rmtree(finished, ignore_errors=True)
    finished.mkdir()
    names = sorted(path.stem for path in stage.glob("*.json"))
    index = [finish(stage, finished, name) for name in names]
    lines = ",\n".join("  " + json.dumps(entry) for entry in index)
    (finished / "index.json").write_text(f"[\n{lines}\n]\n")
    shutil.rmtree(models, ignore_errors=True)
    shutil.copytree(finished, models)
    print(f"{len(index)} models in {models}")


if __name__ == "__main__":
    main()
