// The engines with random networks, geometries and states against the reference simulator, in values and
// cycles.
#include <algorithm>
#include <map>

#include "hardware/memories.h"
#include "hardware/network_parts.h"
#include "hardware/parameters.h"
#include "hardware/random_design_test.h"
#include "hardware/stream_width.h"
#include "hardware/timing.h"
#include "rtl/module_test.h"
#include "rtl/stream_run.h"
#include "simulate/testing/trace.h"

namespace fixgate::rtl {
namespace {

using Vectors = std::vector<std::vector<std::int64_t>>;

/// A sequence's vectors into and from one engine.
struct Passage {
  bool anew = true;  // does not go on from the states of the one before
  Vectors in;
  Vectors out;
};

Sequence random_sequence(const FixedChain& network, Random& random) {
  const int steps = random.number(1, 5);
  Sequence sequence;
  if (network.takes_tokens) {
    for (int t = 0; t < steps; ++t) sequence.tokens.push_back(random.number(0, network.inputs - 1));
    return sequence;
  }
  sequence.features.resize(steps, network.inputs);
  for (int t = 0; t < steps; ++t)
    for (int k = 0; k < network.inputs; ++k) sequence.features(t, k) = random.value(-2, 2);
  return sequence;
}

Vectors cut(const std::vector<std::int64_t>& values, int count) {
  Vectors vectors;
  for (auto from = values.begin(); from != values.end(); from += count)
    vectors.emplace_back(from, from + count);
  return vectors;
}

int input_signal_of(const FixedLayer& layer) {
  if (const auto* dense = std::get_if<FixedDense>(&layer)) return dense->input_signal;
  if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer)) return recurrent->input_signal;
  return -1;
}

// The tools' command lines take no concatenation: "{32'd1, -32'd2}" as one literal.
std::string as_literal(const std::string& value) {
  if (value.front() != '{') return value;
  std::vector<std::int64_t> fields;
  for (std::size_t at = 0; (at = value.find("32'd", at)) != std::string::npos; at += 4)
    fields.push_back((value[at - 1] == '-' ? -1 : 1) * std::stoll(value.substr(at + 4)));
  Word word;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) word.add(*field, 32);
  return word.literal();
}

class EngineBench {
 public:
  EngineBench(const Accelerator& accelerator, const Engine& engine)
      : accelerator_(accelerator), engine_(engine) {
    const FixedChain& network = accelerator.network;
    const int input = input_signal_of(layer_of(network, engine));
    in_width_ = input < 0 ? index_width(engine.inputs) : travelling_width(format_of(network, input));
    out_width_ = output_width_of(network, engine);
  }

  void run_sequences(Random& random) {
    const testing_support::TracedChain traced(accelerator_.network);
    program::Memory memory = traced.initial_memory();
    for (int k = 0; k < 6; ++k) {
      Passage passage;
      passage.anew = k == 0 || random.chance(0.5);
      if (passage.anew) memory = traced.initial_memory();
      const Sequence sequence = random_sequence(accelerator_.network, random);
      const auto run = traced.run(sequence, memory);
      fill(passage, sequence, run.signals);
      passages_.push_back(std::move(passage));
    }
  }

  /// True: the outputs vary, so that most errors would show; many random networks saturate for good.
  [[nodiscard]] bool is_telling() const {
    std::map<std::int64_t, int> counts;
    int values = 0;
    int most = 0;
    for (const Passage& passage : passages_)
      for (const auto& vector : passage.out)
        for (const std::int64_t value : vector) {
          ++values;
          most = std::max(most, ++counts[value]);
        }
    return counts.size() >= 4 && 2 * most <= values;
  }

  void add_to(Bench& bench, Random& random) const {
    StreamRun run{parameters(bench), {}, {}, true, predicted_cycles()};
    for (const Passage& passage : passages_) add_words(passage, run);
    add_streams(bench, run, random);
  }

 private:
  void fill(Passage& passage, const Sequence& sequence, const Vectors& signals) const {
    const int input = input_signal_of(layer_of(accelerator_.network, engine_));
    const int output = output_signal_of(accelerator_.network, engine_);
    for (const std::int32_t token : sequence.tokens)
      if (input < 0) passage.in.push_back({token});
    if (input >= 0) passage.in = cut(signals[static_cast<std::size_t>(input)], engine_.inputs);
    passage.out = cut(signals[static_cast<std::size_t>(output)], engine_.outputs);
    // A dense layer behind a selection sees the last step alone.
    if (engine_.kind == EngineKind::Dense && passage.in.size() > passage.out.size())
      passage.in.erase(passage.in.begin(), passage.in.end() - 1);
    if (engine_.emits_last_step) passage.out.erase(passage.out.begin(), passage.out.end() - 1);
  }

  void add_words(const Passage& passage, StreamRun& run) const {
    const auto add = [&](const Vectors& vectors, int width, std::vector<Word>& words) {
      for (std::size_t t = 0; t < vectors.size(); ++t) {
        // Of the last step alone: its own place in the sequence.
        const std::size_t step = passage.in.size() - vectors.size() + t;
        for (const std::int64_t value : vectors[t])
          words.push_back(Word()
                              .add(value, width)
                              .add(passage.anew && step == 0 ? 1 : 0, 1)
                              .add(step + 1 == passage.in.size() ? 1 : 0, 1));
      }
    };
    add(passage.in, in_width_, run.in);
    add(passage.out, out_width_, run.out);
  }

  [[nodiscard]] int predicted_cycles() const {
    if (engine_.kind == EngineKind::Embedding) return embedding_cycles();
    EngineTimer timer(shape_of(accelerator_.network, engine_), engine_.geometry,
                      engine_latency(accelerator_.network, layer_of(accelerator_.network, engine_)));
    const std::vector<Cycle> offered(static_cast<std::size_t>(engine_.inputs));
    Cycle last = -1;
    for (const Passage& passage : passages_)
      for (std::size_t step = 0; step < passage.in.size(); ++step) {
        timer.take(offered);
        const bool emits = !engine_.emits_last_step || step + 1 == passage.in.size();
        timer.step(emits);
        if (!emits) continue;
        for (const Cycle cycle : timer.offered()) last = std::max(last + 1, cycle);
        timer.result_taken(last);
      }
    return static_cast<int>(last);
  }

  // A token is taken with its last element, which is offered three cycles later.
  [[nodiscard]] int embedding_cycles() const {
    std::size_t tokens = 0;
    for (const Passage& passage : passages_) tokens += passage.in.size();
    return static_cast<int>(tokens - 1) * engine_.outputs + 3;
  }

  [[nodiscard]] std::vector<Parameter> parameters(Bench& bench) const {
    const auto listed = engine_parameters(accelerator_, engine_);
    const auto memories = list_memories(accelerator_);
    EXPECT_TRUE(listed && memories);
    std::map<std::string, std::string> constants;
    for (const auto& constant : table_constants(accelerator_.network))
      constants[constant.name] = constant.value;
    std::vector<Parameter> parameters;
    for (const auto& given : *listed) {
      if (const auto table = constants.find(given.value); table != constants.end())
        parameters.push_back({given.name, as_literal(table->second)});
      else if (given.value.front() == '"')
        parameters.push_back(text(given.name, add_memory(bench, *memories, given.value)));
      else
        parameters.push_back({given.name, as_literal(given.value)});
    }
    return parameters;
  }

  // `quoted` is "mem/<name>" with its quotation marks.
  static std::string add_memory(Bench& bench, const std::vector<MemoryFile>& memories,
                                const std::string& quoted) {
    for (const MemoryFile& memory : memories)
      if ("\"mem/" + memory.name + '"' == quoted) return bench.add_file(memory.image.hex(memory.content));
    ADD_FAILURE() << "no memory " << quoted;
    return "";
  }

  const Accelerator& accelerator_;
  const Engine& engine_;
  int in_width_ = 1;
  int out_width_ = 1;
  std::vector<Passage> passages_;
};

// Engines of one kind from as many random networks as it takes.
using Wanted = bool (*)(const FixedChain&, const Engine&);
bool any(const FixedChain& /*network*/, const Engine& /*engine*/) {
  return true;
}
template <bool Linear>
bool is_linear_before_reset(const FixedChain& network, const Engine& engine) {
  return std::get<FixedRecurrent>(layer_of(network, engine)).linear_before_reset == Linear;
}

void check_engines(EngineKind kind, int engines, int netlists, Wanted wanted = any) {
  if (is_missing("iverilog")) GTEST_SKIP() << "iverilog is not installed";
  Random random(seed());
  Bench bench(module_of(kind));
  for (std::uint64_t network = 1000 * seed(); engines > 0; ++network) {
    RandomDesign design(network);
    const Accelerator accelerator = design.accelerator();
    for (const Engine& engine : accelerator.engines) {
      if (engine.kind != kind || engines == 0) continue;
      EngineBench one(accelerator, engine);
      one.run_sequences(random);
      if (!wanted(accelerator.network, engine) || !one.is_telling()) continue;
      one.add_to(bench, random);
      --engines;
    }
  }
  bench.check(netlists);
}

// The netlists of whole recurrent layers take Yosys minutes: those of their parts are checked, and those of
// small accelerators by the verification's own tests.
TEST(EngineRtl, Embedding) {
  check_engines(EngineKind::Embedding, 20, 1);
}
TEST(EngineRtl, Dense) {
  check_engines(EngineKind::Dense, 20, 1);
}
TEST(EngineRtl, Lstm) {
  check_engines(EngineKind::Lstm, 8, 0);
}
TEST(EngineRtl, GruWithResetAfter) {
  check_engines(EngineKind::Gru, 6, 0, is_linear_before_reset<true>);
}
TEST(EngineRtl, GruWithResetBefore) {
  check_engines(EngineKind::Gru, 6, 0, is_linear_before_reset<false>);
}

}  // namespace
}  // namespace fixgate::rtl
