"""Writes a PyTorch module as the ONNX file that Fixgate reads, and runs that file with ONNX Runtime."""

import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper

import files

OPERATOR_SET = 14


def export(module, example_inputs, path: Path, input_names, output_names, dynamic_axes, description: str) -> None:
    """Exports with PyTorch's TorchScript exporter, then drops what only says where and how the file was made.

    example_inputs: a tuple of tensors; dynamic_axes: value name -> {axis: symbolic name}. A matrix that is used as it is and
    transposed stands once in the file.
    """
    module.eval()
    buffer = io.BytesIO()
    torch.onnx.export(
        module, example_inputs, buffer, dynamo=False, opset_version=OPERATOR_SET, input_names=input_names,
        output_names=output_names, dynamic_axes=dynamic_axes)
    model = onnx.load_from_string(buffer.getvalue())
    tie(model.graph, [name for name, _ in module.named_parameters()])
    strip(model)
    model.doc_string = description
    onnx.checker.check_model(model, full_check=True)
    files.write(path, model.SerializeToString(deterministic=True))


def tie(graph: onnx.GraphProto, parameters: list[str]) -> None:
    """Puts a Transpose of the parameter in the place of each folded matrix that is one: the exporter stores it twice."""
    matrices = {matrix.name: matrix for matrix in graph.initializer if len(matrix.dims) == 2}
    originals = {name: numpy_helper.to_array(matrices[name]) for name in parameters if name in matrices}
    for name in matrices.keys() - originals.keys():
        values = numpy_helper.to_array(matrices[name])
        for original, transposed in originals.items():
            if np.array_equal(transposed.T, values):
                graph.initializer.remove(matrices[name])
                graph.node.insert(0, onnx.helper.make_node("Transpose", [original], [name], perm=[1, 0]))
                break


def strip(model: onnx.ModelProto) -> None:
    """Removes doc strings and metadata: the exporter puts source paths of the machine there."""
    del model.metadata_props[:]
    graph = model.graph
    graph.doc_string = ""
    del graph.metadata_props[:]
    for item in [*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        item.doc_string = ""
        del item.metadata_props[:]


def run(path: Path, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The outputs that ONNX Runtime computes, in the graph's order, on one thread."""
    return session(path).run(None, inputs)


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def operators(path: Path) -> str:
    """The operator types of the graph in order of first use, as the card lists them."""
    return ", ".join(dict.fromkeys(node.op_type for node in onnx.load(str(path)).graph.node))
