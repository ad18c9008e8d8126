// Runs an ONNX file on stored inputs and stores the outputs: what compare_onnxruntime.py compares. See
// README.md.
#include <onnx.pb.h>

#include <filesystem>
#include <fstream>

#include "import/onnx.h"
#include "network/executor.h"
#include "networks/agreement.h"
#include "sweep/load_graph.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;
using agreement::Tensors;

struct Options {
  fs::path model;
  fs::path folder;  // of the outputs
  std::vector<fs::path> inputs;
};

Result<Options> parse(const std::vector<std::string>& arguments) {
  Options options;
  std::vector<fs::path> paths;
  for (const std::string& argument : arguments) paths.emplace_back(argument);
  if (paths.size() < 3) return fail("usage: run_graph MODEL.onnx OUTPUT_FOLDER INPUT.pb...");
  options.model = paths[0];
  options.folder = paths[1];
  options.inputs.assign(paths.begin() + 2, paths.end());
  return options;
}

Result<Tensors> read_inputs(const Options& options) {
  Tensors inputs;
  for (const fs::path& path : options.inputs) {
    FIXGATE_ASSIGN(NamedTensor named, import_named_tensor(path));
    inputs[named.name] = std::move(named.tensor);
  }
  return inputs;
}

Result<void> store(const fs::path& path, const std::string& name, const Tensor& tensor) {
  onnx::TensorProto proto;
  proto.set_name(name);
  for (const std::int64_t size : tensor.shape) proto.add_dims(size);
  proto.set_data_type(tensor.is_float() ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64);
  if (tensor.is_float())
    for (const float value : tensor.floats()) proto.add_float_data(value);
  else
    for (const std::int64_t value : tensor.integers()) proto.add_int64_data(value);
  std::ofstream stream(path, std::ios::binary);
  if (!proto.SerializeToOstream(&stream)) return fail("{}: cannot be written", path.string());
  return {};
}

Result<Tensors> run_graph(const Options& options, const Tensors& inputs) {
  FIXGATE_ASSIGN(const Graph graph, import_onnx(options.model));
  return Executor(graph).run(inputs);
}

Result<void> run(const std::vector<std::string>& arguments) {
  FIXGATE_ASSIGN(const Options options, parse(arguments));
  FIXGATE_ASSIGN(const Tensors inputs, read_inputs(options));
  FIXGATE_ASSIGN(const Tensors outputs, run_graph(options, inputs));
  int index = 0;
  for (const auto& [name, tensor] : outputs)
    FIXGATE_CHECK(store(options.folder / fmt::format("output_{}.pb", index++), name, tensor));
  return {};
}

}  // namespace
}  // namespace fixgate

int main(int count, char** arguments) {
  const auto done = fixgate::run({arguments + 1, arguments + count});
  if (!done) fmt::print(stderr, "run_graph: {}\n", done.error().message);
  return done ? 0 : 1;
}
