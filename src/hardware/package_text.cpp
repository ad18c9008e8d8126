// rtl/<top>_pkg.sv
#include <fmt/format.h>

#include <string_view>

#include "hardware/engines.h"
#include "hardware/identifier.h"
#include "hardware/parameters.h"
#include "hardware/verilog_text.h"

namespace fixgate {
namespace {

constexpr std::size_t kLineLength = 100;

// A long concatenation goes on lines of its own, broken between fields.
std::string value_text(const std::string& value, std::size_t begun) {
  if (begun + value.size() < kLineLength) return value;
  std::string text = "{\n    ";
  std::size_t length = 4;
  for (const char c : std::string_view(value).substr(1, value.size() - 2)) {
    const bool breaks = c == ' ' && length > kLineLength;
    text += breaks ? std::string("\n    ") : std::string(1, c);
    length = breaks ? 4 : length + 1;
  }
  return text + "\n  }";
}

std::string constant_text(const std::string& prefix, const Parameter& parameter) {
  const std::string begin = fmt::format("  localparam {} {}{} = ", parameter.type, prefix, parameter.name);
  const std::string assignment = begin + value_text(parameter.value, begin.size()) + ";";
  if (parameter.comment.empty()) return assignment + "\n";
  if (parameter.type == "int") return fmt::format("{}  // {}\n", assignment, parameter.comment);
  return fmt::format("  // {}\n{}\n", parameter.comment, assignment);
}

std::string tables_text(const FixedChain& network) {
  if (network.tables.empty()) return "";
  std::string text = "\n  // Activation tables.\n";
  for (const Parameter& constant : table_constants(network)) text += constant_text("", constant);
  return text;
}

}  // namespace

Result<std::string> package_text(const Accelerator& accelerator) {
  std::string text = fmt::format(
      "// Parameters of the engines of {}. Widths are those in which values travel: one bit more than their\n"
      "// format's if that is unsigned. Descriptors of signals and tables have the fields that fg_pkg lists, "
      "the\n"
      "// highest first.\n"
      "package {}_pkg;\n",
      accelerator.name, accelerator.name);
  for (const Engine& engine : accelerator.engines) {
    text += fmt::format("  // {}: {}\n", layer_name(layer_of(accelerator.network, engine)),
                        engine_text(accelerator, engine));
    FIXGATE_ASSIGN(const std::vector<Parameter> parameters, engine_parameters(accelerator, engine));
    for (const Parameter& parameter : parameters)
      if (!parameter.type.empty()) text += constant_text(constant_prefix(engine.identifier), parameter);
    if (&engine != &accelerator.engines.back()) text += "\n";
  }
  return text + tables_text(accelerator.network) + "endpackage\n";
}

std::string engine_text(const Accelerator& accelerator, const Engine& engine) {
  if (engine.kind == EngineKind::Embedding)
    return fmt::format("embedding, {} tokens, {} entries each", engine.inputs, engine.outputs);
  const auto counted = [](int count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  const EngineGeometry& geometry = engine.geometry;
  std::string multipliers =
      fmt::format("{} of {}", counted(geometry.slices, "slice"), counted(geometry.lanes, "lane"));
  if (geometry.split > 1) multipliers += fmt::format(", {} products a lane and cycle", geometry.split);
  if (engine.kind == EngineKind::Dense)
    return fmt::format("dense, {}, {}; {}", counted(engine.inputs, "input"),
                       counted(engine.outputs, "output"), multipliers);
  const EngineShape shape = shape_of(accelerator.network, engine);
  const std::string kind = engine.kind == EngineKind::Lstm ? "LSTM"
                                                           : fmt::format("GRU, linear_before_reset = {}",
                                                                         shape.linear_before_reset ? 1 : 0);
  return fmt::format("{}, {}, {}; {}", kind, counted(engine.inputs, "input"), counted(engine.outputs, "unit"),
                     multipliers);
}

}  // namespace fixgate
