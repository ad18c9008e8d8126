#include "simulate/reference/program_simulator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "fixed/chain_of.h"
#include "fixed/program_of.h"
#include "program/text.h"
#include "program/verify.h"
#include "simulate/testing/any_sequence.h"
#include "simulate/testing/random_fixed_network.h"
#include "simulate/testing/trace.h"

namespace fixgate::program {
namespace {

using testing_support::any_sequence;
using testing_support::FixedRun;
using testing_support::next_fixed_network;
using testing_support::Random;

constexpr std::uint64_t kFirstSeed = 77000;

/// By name of value, its integers in the order in which they arose.
class Trace : public ValueObserver {
 public:
  explicit Trace(const Program& program) : program_(program) {}
  void observe(ValueId value, std::int64_t, std::span<const std::int64_t> integers) override {
    auto& to = values[full_name(program_, program_.values[value])];
    to.insert(to.end(), integers.begin(), integers.end());
  }

  std::map<std::string, std::vector<std::int64_t>> values;

 private:
  const Program& program_;
};

/// A signal of the network of layers, against the values of its name: those of both directions share one.
void expect_signal(const FixedSignal& signal, const std::vector<std::int64_t>& expected, const Trace& trace) {
  const auto found = trace.values.find(signal.name);
  ASSERT_NE(found, trace.values.end()) << signal.name;
  const std::size_t dot = signal.name.rfind('.');
  const std::string layer = signal.name.substr(0, dot);
  const auto forward = trace.values.find(layer + ".forward.h");
  if (signal.role != SignalRole::Hidden || forward == trace.values.end()) {
    EXPECT_EQ(found->second, expected) << signal.name;
    return;
  }
  std::vector<std::int64_t> both = forward->second;
  const auto& reverse = trace.values.at(layer + ".reverse.h");
  both.insert(both.end(), reverse.begin(), reverse.end());
  EXPECT_EQ(both, expected) << signal.name;
}

TEST(ProgramSimulator, ComputesWhatTheNetworkOfLayersComputes) {
  std::uint64_t seed = kFirstSeed;
  for (int trial = 0; trial < 600; ++trial) {
    const fixgate::FixedNetwork layers = next_fixed_network(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    const FixedNetwork network = program_of(layers);
    const auto verified = verify(network);
    ASSERT_TRUE(verified) << verified.error().message;
    const ReferenceSimulator old_one(layers);
    const ProgramSimulator simulator(network);
    FixedState state = old_one.initial_state();
    Memory memory = simulator.initial_memory();
    Random random(seed);
    for (int call = 0; call < 2; ++call) {
      const std::vector<Sequence> inputs{any_sequence(random, layers, random.number(1, 7))};
      const FixedRun expected = testing_support::run_traced(old_one, inputs.front(), state);
      ValueCounts counts = simulator.no_counts();
      Trace trace(network.program);
      const auto outputs = simulator.run(inputs, memory, counts, &trace);
      ASSERT_TRUE(outputs) << outputs.error().message;
      ASSERT_EQ(outputs->front().values, expected.outputs) << write_text(network, false);
      for (std::size_t s = 0; s < layers.signals.size(); ++s)
        expect_signal(layers.signals[s], expected.signals[s], trace);
      std::int64_t expected_overflows = 0;
      std::int64_t overflows = 0;
      for (const std::int64_t count : expected.overflows) expected_overflows += count;
      for (const std::int64_t count : counts.overflows) overflows += count;
      EXPECT_EQ(overflows, expected_overflows);
    }
  }
}

TEST(ChainOf, IsTheInverseOfProgramOf) {
  std::uint64_t seed = kFirstSeed;
  for (int trial = 0; trial < 600; ++trial) {
    const FixedNetwork network = program_of(next_fixed_network(seed));
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    const auto chain = chain_of(network);
    ASSERT_TRUE(chain) << chain.error().message << '\n' << write_text(network, false);
    EXPECT_TRUE(program_of(chain->network) == network)
        << write_text(network, false) << write_text(program_of(chain->network), false);
  }
}

TEST(ProgramText, PrintsParsesEqual) {
  std::uint64_t seed = kFirstSeed;
  for (int trial = 0; trial < 300; ++trial) {
    const FixedNetwork network = program_of(next_fixed_network(seed));
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    const auto full = parse_text(write_text(network, true));
    ASSERT_TRUE(full) << full.error().message << '\n' << write_text(network, true);
    EXPECT_TRUE(*full == network) << write_text(network, true);
    const auto brief = parse_text(write_text(network, false));
    ASSERT_TRUE(brief) << brief.error().message;
    EXPECT_TRUE(*brief == without_integers(network));
  }
}

}  // namespace
}  // namespace fixgate::program
