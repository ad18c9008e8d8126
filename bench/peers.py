"""Runs peers of Fixgate on one workload for compare_simulators: a line of JSON in, a line of JSON out.

{"load": "onnxruntime" | "onnxruntime int8" | "pytorch", "model": FILE, "data": FILE, "shape": [sequences, steps] or
 [sequences, steps, inputs], "time_major": bool}  ->  {"ok": true, "version": text}, or {"missing": reason}
{"measure": batch, "seconds": s}                  ->  {"tokens_per_second": x}: passes over all sequences for s seconds of CPU time
{"outputs": batch}                                ->  {"outputs": [...]}: the first output of the first sequences

One thread each.
"""

import json
import os
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"


def read_data(request):
    import numpy

    kind = numpy.int32 if len(request["shape"]) == 2 else numpy.float32
    data = numpy.fromfile(request["data"], dtype=kind).reshape(request["shape"])
    return data.astype(numpy.int64) if kind == numpy.int32 else data


class OnnxRuntime:
    """One session with one thread; batches are cut beforehand."""

    def __init__(self, request):
        import numpy
        import onnxruntime

        self.numpy = numpy
        self.version = onnxruntime.__version__
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            self.model(request), options, providers=["CPUExecutionProvider"]
        )
        self.name = self.session.get_inputs()[0].name
        self.data = read_data(request)
        self.time_major = request["time_major"]

    def model(self, request):
        return request["model"]

    def batches(self, size):
        parts = [self.data[k : k + size] for k in range(0, len(self.data), size)]
        if self.time_major:
            parts = [part.swapaxes(0, 1) for part in parts]
        return [self.numpy.ascontiguousarray(part) for part in parts]

    def run(self, batch):
        return self.session.run(None, {self.name: batch})[0]


class OnnxRuntimeInt8(OnnxRuntime):
    """Weights quantised beforehand, activations while it runs: ONNX Runtime's own int8 LSTM."""

    def model(self, request):
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantised = os.path.join(tempfile.mkdtemp(), "int8.onnx")
        quantize_dynamic(
            request["model"], quantised, op_types_to_quantize=["LSTM", "MatMul", "Gemm"], weight_type=QuantType.QInt8
        )
        return quantised


def torch_rows(array, kind, hidden):
    """ONNX's gate order (LSTM iofc, GRU zrh) to PyTorch's (ifgo, rzn)."""
    order = [0, 2, 3, 1] if kind == "LSTM" else [1, 0, 2]
    blocks = [array[g * hidden : (g + 1) * hidden] for g in range(len(order))]
    import numpy

    return numpy.concatenate([blocks[g] for g in order])


class PyTorch:
    """The same network from the ONNX file's tensors: embedding (if any), LSTM or GRU, last step, linear."""

    def __init__(self, request):
        import onnx
        import torch
        from onnx import numpy_helper

        torch.set_num_threads(1)
        self.torch = torch
        self.version = torch.__version__
        self.time_major = request["time_major"]
        graph = onnx.load(request["model"]).graph
        tensors = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        cell = next(node for node in graph.node if node.op_type in ("LSTM", "GRU"))
        dense = next(node for node in graph.node if node.op_type == "Gemm")
        self.load_cell(cell, [tensors[name] for name in cell.input[1:4]])
        self.load_dense(dense, tensors)
        tokens = len(request["shape"]) == 2
        gather = next((node for node in graph.node if node.op_type == "Gather"), None)
        self.embedding = torch.from_numpy(tensors[gather.input[0]].copy()) if tokens else None
        self.data = torch.from_numpy(read_data(request))

    def load_cell(self, node, tensors):
        torch = self.torch
        weights, recurrent, bias = (one[0] for one in tensors)
        hidden = recurrent.shape[1]
        self.cell = getattr(torch.nn, node.op_type)(weights.shape[1], hidden)
        half = len(bias) // 2
        values = (weights, recurrent, bias[:half], bias[half:])
        with torch.no_grad():
            for parameter, value in zip(self.cell.parameters(), values):
                parameter.copy_(torch.from_numpy(torch_rows(value, node.op_type, hidden)))

    def load_dense(self, node, tensors):
        transposed = any(one.name == "transB" and one.i == 1 for one in node.attribute)
        weights = tensors[node.input[1]]
        self.dense = self.torch.from_numpy((weights if transposed else weights.T).copy())
        self.bias = self.torch.from_numpy(tensors[node.input[2]].copy())

    def batches(self, size):
        return [part.swapaxes(0, 1).contiguous() for part in self.data.split(size)]

    def run(self, batch):
        torch = self.torch
        with torch.inference_mode():
            inputs = batch if self.embedding is None else torch.nn.functional.embedding(batch, self.embedding)
            outputs, _ = self.cell(inputs)
            return torch.nn.functional.linear(outputs[-1], self.dense, self.bias).numpy()


PEERS = {"onnxruntime": OnnxRuntime, "onnxruntime int8": OnnxRuntimeInt8, "pytorch": PyTorch}


def measure(peer, batch_size, seconds):
    batches = peer.batches(batch_size)
    peer.run(batches[0])
    passes = 0
    start = time.process_time()
    while passes == 0 or time.process_time() - start < seconds:
        for batch in batches:
            peer.run(batch)
        passes += 1
    elapsed = time.process_time() - start
    steps = peer.data.shape[0] * peer.data.shape[1]
    return {"tokens_per_second": passes * steps / elapsed}


def answer(peer, request):
    if "measure" in request:
        return measure(peer, request["measure"], request["seconds"])
    outputs = peer.run(peer.batches(request["outputs"])[0])
    return {"outputs": [float(value) for value in outputs.reshape(len(outputs), -1)[:, 0]]}


def main():
    peer = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "load" in request:
                peer = PEERS[request["load"]](request)
                reply = {"ok": True, "version": peer.version}
            else:
                reply = answer(peer, request)
        except Exception as error:  # whatever a library raises: the contestant is left out, by name
            reply = {"missing": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
