// The choice of an accelerator for a network.
#include <algorithm>
#include <map>

#include "hardware/accelerator.h"
#include "hardware/aligned_sums.h"
#include "hardware/engines.h"
#include "hardware/geometry.h"
#include "hardware/identifier.h"
#include "hardware/multipliers.h"
#include "hardware/network_parts.h"
#include "hardware/parameters.h"

namespace fixgate {
namespace {

constexpr int kDefaultLanes = 4;

bool multiplies(const Engine& engine) {
  return engine.kind != EngineKind::Embedding;
}

// What --lanes says about one layer.
int lanes_of(const AcceleratorOptions& options, const std::string& layer) {
  int lanes = kDefaultLanes;
  for (const auto& [name, count] : options.lanes)
    if (name.empty()) lanes = count;
  for (const auto& [name, count] : options.lanes)
    if (name == layer) lanes = count;
  return lanes;
}

class Designer {
 public:
  Designer(Accelerator& accelerator, const AcceleratorOptions& options)
      : accelerator_(accelerator), options_(options), prices_(accelerator.engines.size()) {}

  Result<void> choose() {
    FIXGATE_CHECK(check_options());
    if (options_.cycles_per_step) return choose_by_cycles(*options_.cycles_per_step);
    if (options_.multipliers) return choose_by_multipliers(*options_.multipliers);
    return choose_by_lanes();
  }

 private:
  [[nodiscard]] const std::string& name(const Engine& engine) const {
    return layer_name(layer_of(accelerator_.network, engine));
  }
  [[nodiscard]] EngineDemand demand(const Engine& engine) const {
    return demand_of(accelerator_.network, engine);
  }

  [[nodiscard]] Result<void> check_options() const {
    const int ways = (options_.lanes.empty() ? 0 : 1) + (options_.cycles_per_step ? 1 : 0) +
                     (options_.multipliers ? 1 : 0);
    if (ways > 1) return fail("lanes, cycles per step and multipliers exclude each other: give one of them");
    if (options_.cycles_per_step.value_or(1) < 1)
      return fail("{} cycles per step make no sense: give at least 1", *options_.cycles_per_step);
    for (const auto& [layer, lanes] : options_.lanes) FIXGATE_CHECK(check_lanes(layer, lanes));
    return {};
  }

  [[nodiscard]] Result<void> check_lanes(const std::string& layer, int lanes) const {
    if (lanes < 1) return fail("{} lanes make no sense: give at least 1", lanes);
    std::int64_t most = 0;
    bool found = layer.empty();
    for (const Engine& engine : accelerator_.engines) {
      if (!multiplies(engine) || !(layer.empty() || name(engine) == layer)) continue;
      found = true;
      most = std::max(most, most_multipliers(shape_of(accelerator_.network, engine)));
    }
    if (!found) return fail("there is no layer '{}' that has lanes", layer);
    if (most > 0 && lanes > most)
      return fail("{} lanes make no sense: {} has work for {} at most", lanes,
                  layer.empty() ? "a layer" : "layer '" + layer + "'", most);
    return {};
  }

  Result<void> choose_by_lanes() {
    for (Engine& engine : accelerator_.engines)
      if (multiplies(engine))
        engine.geometry = geometry_of_multipliers(demand(engine), lanes_of(options_, name(engine)));
    return {};
  }

  Result<void> choose_by_cycles(std::int64_t cycles) {
    for (std::size_t index = 0; index < accelerator_.engines.size(); ++index) {
      Engine& engine = accelerator_.engines[index];
      if (!multiplies(engine)) {
        if (engine.outputs > cycles)
          return fail(
              "layer '{}' hands on {} values a step, one a cycle: no less than that many cycles per step "
              "are possible",
              name(engine), engine.outputs);
        continue;
      }
      const auto geometry = geometry_of_cycles(demand(engine), cycles, prices_[index]);
      if (!geometry)
        return fail("layer '{}' takes at least {} cycles per step", name(engine),
                    fewest_cycles(demand(engine)));
      engine.geometry = *geometry;
    }
    return {};
  }

  // DSP blocks. A lane without one (its weights are narrow, or choose or shift) counts as one all the same:
  // the number asked for bounds the lanes, too.
  void set_prices() {
    for (std::size_t index = 0; index < prices_.size(); ++index) {
      prices_[index] = dsp_price(accelerator_.network, accelerator_.engines[index]);
      prices_[index].multiplier = std::max(1, prices_[index].multiplier);
    }
  }

  // Of all engines at the cheapest that reaches `cycles`; none: not reached.
  [[nodiscard]] std::optional<std::int64_t> price_of_cycles(std::int64_t cycles) const {
    std::int64_t sum = 0;
    for (std::size_t index = 0; index < accelerator_.engines.size(); ++index) {
      const Engine& engine = accelerator_.engines[index];
      if (!multiplies(engine)) {
        sum += prices_[index].slice;
        continue;
      }
      const auto geometry = geometry_of_cycles(demand(engine), cycles, prices_[index]);
      if (!geometry) return std::nullopt;
      sum += prices_[index].of(*geometry);
    }
    return sum;
  }

  // Cycles per step that one lane in one slice of every engine reaches.
  [[nodiscard]] std::int64_t most_cycles() const {
    std::int64_t most = 1;
    for (const Engine& engine : accelerator_.engines)
      most = std::max<std::int64_t>(
          most, multiplies(engine) ? stream_cycles_per_step(demand(engine), {}) : engine.outputs);
    return most;
  }

  // The fewest cycles per step that the multipliers reach, by bisection: fewer cycles never cost less.
  Result<void> choose_by_multipliers(int multipliers) {
    set_prices();
    std::int64_t enough = most_cycles();
    const std::int64_t least = price_of_cycles(enough).value();
    if (multipliers < least)
      return fail(
          "{} multipliers are too few: give at least {}, for a lane of each layer, its element-wise products "
          "and its tables",
          multipliers, least);
    std::int64_t too_few = 0;
    while (enough - too_few > 1) {
      const std::int64_t cycles = (enough + too_few) / 2;
      const auto needed = price_of_cycles(cycles);
      (needed && *needed <= multipliers ? enough : too_few) = cycles;
    }
    return choose_by_cycles(slowest_embedding(enough));
  }

  [[nodiscard]] std::int64_t slowest_embedding(std::int64_t cycles) const {
    for (const Engine& engine : accelerator_.engines)
      if (!multiplies(engine)) cycles = std::max<std::int64_t>(cycles, engine.outputs);
    return cycles;
  }

  Accelerator& accelerator_;
  const AcceleratorOptions& options_;
  std::vector<GeometryPrice> prices_;  // by engine; at first that of its multipliers
};

AcceleratorOutput default_output(const FixedChain& network) {
  return network.output_function == OutputFunction::ArgMax ? AcceleratorOutput::Index
                                                           : AcceleratorOutput::Values;
}

bool is_declared(const std::string& name, const std::vector<Engine>& engines) {
  return std::ranges::any_of(engines, [&](const Engine& engine) {
    return std::ranges::count(declared_names(engine.identifier), name) > 0;
  });
}

Result<std::string> choose_name(const FixedChain& network, const std::string& given,
                                const std::vector<Engine>& engines) {
  if (given.empty()) {
    std::string name = module_identifier(network.name);
    while (is_declared(name, engines)) name = "net_" + name;
    return name;
  }
  FIXGATE_CHECK(check_module_name(given));
  if (is_declared(given, engines))
    return fail("'{}' is the name of a layer's signal in the module: give --name another one", given);
  return given;
}

// Constants are named after layer and parameter: a layer "a_cell" may meet a parameter "CellWidth" of "a".
Result<void> check_constants(const Accelerator& accelerator) {
  std::map<std::string, std::string> layers;  // by constant
  for (const Engine& engine : accelerator.engines) {
    FIXGATE_ASSIGN(const std::vector<Parameter> parameters, engine_parameters(accelerator, engine));
    for (const Parameter& parameter : parameters) {
      if (parameter.type.empty()) continue;  // stands in the instance alone
      const std::string& layer = layer_name(layer_of(accelerator.network, engine));
      const auto [taken, fresh] = layers.emplace(constant_prefix(engine.identifier) + parameter.name, layer);
      if (!fresh)
        return fail("layers '{}' and '{}' would both declare {} in SystemVerilog: rename one of them",
                    taken->second, layer, taken->first);
    }
  }
  return {};
}

// The widths that the engines' memories and parameters need.
Result<void> check_sums(const Accelerator& accelerator) {
  const FixedChain& network = accelerator.network;
  for (const Engine& engine : accelerator.engines) {
    const FixedLayer& layer = layer_of(network, engine);
    Result<AlignedSums> sums;
    if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer)) sums = align_sums(network, *recurrent);
    if (const auto* dense = std::get_if<FixedDense>(&layer)) sums = align_sums(network, *dense);
    if (!sums) return tl::make_unexpected(sums.error().within(fmt::format("layer '{}'", layer_name(layer))));
  }
  return {};
}

}  // namespace

int Accelerator::multipliers() const {
  int sum = 0;
  for (const Engine& engine : engines)
    if (multiplies(engine)) sum += engine.geometry.multipliers();
  return sum;
}

Result<Accelerator> design_accelerator(program::FixedNetwork network, const AcceleratorOptions& options) {
  Accelerator accelerator;
  FIXGATE_CHECK(set_network(std::move(network), accelerator));
  const FixedChain& chain = accelerator.network;
  accelerator.output = options.output.value_or(default_output(chain));
  FIXGATE_ASSIGN(accelerator.name, choose_name(chain, options.name, accelerator.engines));
  FIXGATE_CHECK(check_sums(accelerator));
  FIXGATE_CHECK(Designer(accelerator, options).choose());
  FIXGATE_CHECK(check_constants(accelerator));
  return accelerator;
}

}  // namespace fixgate
