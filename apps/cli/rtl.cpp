// fixgate rtl: a fixed-point network to SystemVerilog.
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "diagnostic/terminal.h"
#include "fixed/file.h"
#include "fixed/text_columns.h"
#include "hardware/accelerator.h"
#include "hardware/engines.h"
#include "hardware/geometry.h"
#include "hardware/memories.h"
#include "hardware/multipliers.h"

namespace fixgate {
namespace {

constexpr int kShownSteps = 100;  // that the utilisation is told for

struct Options {
  std::string network;
  std::string folder;
  std::string name;
  std::vector<std::string> lanes;
  std::optional<int> cycles_per_step;
  std::optional<int> multipliers;
  std::string output;
};

// "16" or "layer=16".
Result<std::pair<std::string, int>> parse_lanes(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  const std::string layer = equals == std::string::npos ? "" : text.substr(0, equals);
  const std::string count = equals == std::string::npos ? text : text.substr(equals + 1);
  int lanes = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), lanes);
  if (error != std::errc() || end != count.data() + count.size() ||
      (equals != std::string::npos && layer.empty()))
    return fail("--lanes {}: expected a number or LAYER=number", text);
  return std::pair(layer, lanes);
}

Result<AcceleratorOptions> design_options(const Options& options) {
  AcceleratorOptions design;
  design.name = options.name;
  design.cycles_per_step = options.cycles_per_step;
  design.multipliers = options.multipliers;
  if (!options.output.empty())
    design.output = options.output == "index" ? AcceleratorOutput::Index : AcceleratorOutput::Values;
  for (const std::string& text : options.lanes) {
    FIXGATE_ASSIGN(auto lanes, parse_lanes(text));
    for (const auto& [layer, count] : design.lanes)
      if (layer == lanes.first)
        return fail("--lanes is given twice for {}", layer.empty() ? "all layers" : "layer '" + layer + "'");
    design.lanes.push_back(std::move(lanes));
  }
  return design;
}

std::vector<std::string> engine_row(const FixedChain& network, const Engine& engine) {
  const std::string& layer = layer_name(layer_of(network, engine));
  const std::string size = fmt::format("{} -> {}", engine.inputs, engine.outputs);
  if (engine.kind == EngineKind::Embedding)
    return {layer, size, "-", "-", "-", "0", fmt::format("{}", engine.outputs)};
  const EngineGeometry& geometry = engine.geometry;
  const std::int64_t cycles = stream_cycles_per_step(demand_of(network, engine), geometry);
  return {layer,
          size,
          fmt::format("{}", geometry.slices),
          fmt::format("{}", geometry.lanes),
          fmt::format("{}", geometry.split),
          fmt::format("{}", geometry.multipliers()),
          fmt::format("{}", cycles)};
}

Result<void> print_summary(const Accelerator& accelerator, const std::string& folder) {
  TextColumns lines(2);
  lines.add({"layer", "size", "slices", "lanes", "split", "multipliers", "cycles a step"});
  for (const Engine& engine : accelerator.engines) lines.add(engine_row(accelerator.network, engine));
  say("engines\n{}", lines.text());
  FIXGATE_ASSIGN(const std::vector<MemoryFile> memories, list_memories(accelerator));
  std::int64_t bits = 0;
  for (const MemoryFile& memory : memories) bits += memory.image.bits();
  const MultiplierCount count = count_multipliers(accelerator);
  say("multipliers  {} of the matrices, {} of element-wise products and tables\n", accelerator.multipliers(),
      count.beside);
  say("dsp blocks   {} (predicted)\n", count.dsp_blocks);
  say("cycles       {} a step (predicted)\n", cycles_per_step(accelerator));
  say("utilisation  {:.1f} % of the multipliers over {} steps (predicted)\n",
      100 * utilisation(accelerator, kShownSteps), kShownSteps);
  say("memories     {} bits in {} files\n", bits, memories.size());
  say("written      {}\n", folder);
  return {};
}

FileUse files_of(const Options& options) {
  FileUse use;
  use.reads(options.network, "the network");
  use.replaces(options.folder, "--output-folder");
  return use;
}

Result<void> write_rtl(const Options& options) {
  FIXGATE_ASSIGN(const AcceleratorOptions design, design_options(options));
  FIXGATE_ASSIGN(program::FixedNetwork network, read_fixed_network(options.network));
  auto accelerator = design_accelerator(std::move(network), design);
  if (!accelerator) return tl::make_unexpected(accelerator.error().within(options.network));
  FIXGATE_CHECK(write_accelerator(*accelerator, options.folder));
  return print_summary(*accelerator, options.folder);
}

}  // namespace

void add_rtl(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("rtl", "Write a fixed-point network as SystemVerilog: sources, memories, testbench");
  auto options = std::make_shared<Options>();
  command->add_option("network", options->network, "Fixed-point network (.fxg)")->required();
  command
      ->add_option("-o,--output-folder", options->folder,
                   "Folder to write; one of an accelerator is replaced")
      ->required();
  command->add_option("--name", options->name,
                      "Of the top module (default: the network's, with _ for - . and space)");
  auto* lanes =
      command
          ->add_option("--lanes", options->lanes,
                       "Multipliers of each layer, or of one: LAYER=N; may be repeated (default: 4)")
          ->allow_extra_args(false);
  auto* cycles = command->add_option("--cycles-per-step", options->cycles_per_step,
                                     "The fewest multipliers that take a step in at most N cycles");
  auto* multipliers = command->add_option("--dsp", options->multipliers,
                                          "At most N multipliers in all, those of element-wise products and "
                                          "tables too, balanced over the layers");
  lanes->excludes(cycles)->excludes(multipliers);
  cycles->excludes(multipliers);
  command
      ->add_option(
          "--output", options->output,
          "values, or index: of the largest output (default: index for a network that ends in ArgMax)")
      ->check(CLI::IsMember({"values", "index"}));
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return write_rtl(*options); }};
  });
}

}  // namespace fixgate
