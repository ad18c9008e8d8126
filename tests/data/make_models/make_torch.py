"""Exports the cases of torch_cases.py with both ONNX exporters of PyTorch: python make_torch.py STAGE."""

import sys
import zlib

import torch

import staging
from torch_cases import CASES
from torch_network import RecurrentNetwork, input_names, output_names, random_inputs

EXAMPLE = {"batch": 2, "time": 5}
TEST = {"batch": 3, "time": 7}


def axes_of(case, name):
    """{axis number: axis name} of the dynamic axes of graph input or output `name`."""
    net = case.net
    if name[0] in "hc":
        axes = {1: "batch"}
    elif name == "y" and net.take != "every":
        axes = {0: "batch"}
    else:
        axes = {0: "batch", 1: "time"} if net.batch_first else {0: "time", 1: "batch"}
    return {axis: label for axis, label in axes.items() if label in case.dynamic}


def sizes(case, wanted):
    """The axis sizes of the example or the test; a static axis keeps the size it was exported with."""
    fixed = {"batch": case.batch, "time": case.time}
    return {axis: wanted[axis] if axis in case.dynamic else fixed[axis] for axis in fixed}


def export_by_torchscript(case, model, example, path):
    names = input_names(case.net) + output_names(case.net)
    torch.onnx.export(
        model, example, str(path), dynamo=False, opset_version=case.operator_set,
        input_names=input_names(case.net), output_names=output_names(case.net),
        dynamic_axes={name: axes_of(case, name) for name in names if axes_of(case, name)})


def export_by_dynamo(case, model, example, path):
    dims = {label: torch.export.Dim(label) for label in case.dynamic}
    shapes = [{axis: dims[label] for axis, label in axes_of(case, name).items()} for name in input_names(case.net)]
    dynamic_shapes = (shapes[0], tuple(shapes[1:])) if shapes[1:] else (shapes[0],)
    torch.onnx.export(
        model, example, str(path), dynamo=True, opset_version=case.operator_set, verbose=False,
        input_names=input_names(case.net), output_names=output_names(case.net),
        dynamic_shapes=dynamic_shapes, external_data=case.external_data)


def expected(case, model, inputs):
    with torch.no_grad():
        outputs = model(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return {name: value.numpy() for name, value in zip(output_names(case.net), outputs)}


def make(case, stage):
    torch.manual_seed(zlib.crc32(case.name.encode()))
    generator = torch.Generator().manual_seed(zlib.crc32(case.name.encode()))
    model = RecurrentNetwork(case.net).eval()
    example = random_inputs(case.net, **sizes(case, EXAMPLE), generator=generator)
    inputs = random_inputs(case.net, **sizes(case, TEST), generator=generator)
    export = {"torchscript": export_by_torchscript, "dynamo": export_by_dynamo}[case.exporter]
    export(case, model, example, stage / f"{case.name}.onnx")
    about = {"exporter": f"torch.onnx {case.exporter}", "operator_set": case.operator_set, "what": case.what}
    named = {name: value.numpy() for name, value in zip(input_names(case.net), inputs)}
    staging.leave(stage, case.name, about, named, expected(case, model, inputs))


def main():
    stage = staging.folder(sys.argv)
    for case in CASES:
        print("torch:", case.name, flush=True)
        make(case, stage)


if __name__ == "__main__":
    main()
