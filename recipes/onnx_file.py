"""Writes a PyTorch module as the ONNX file that Fixgate reads, and runs that file with ONNX Runtime."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

OPERATOR_SET = 14


def export(module, example_inputs, path: Path, input_names, output_names, dynamic_axes, description: str) -> None:
    """Exports with PyTorch's TorchScript exporter, then drops what only says where and how the file was made.

    example_inputs: a tuple of tensors; dynamic_axes: value name -> {axis: symbolic name}.
    """
    module.eval()
    torch.onnx.export(
        module, example_inputs, str(path), dynamo=False, opset_version=OPERATOR_SET, input_names=input_names,
        output_names=output_names, dynamic_axes=dynamic_axes)
    model = onnx.load(str(path))
    strip(model)
    model.doc_string = description
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


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
