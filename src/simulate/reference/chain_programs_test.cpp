#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fixed/chain_of.h"
#include "fixed/program_of.h"
#include "program/text.h"
#include "simulate/testing/random_fixed_network.h"

namespace fixgate::program {
namespace {

using testing_support::next_fixed_network;

constexpr std::uint64_t kFirstSeed = 77000;

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

/// A chain that selects the final states behind a recurrent layer.
FixedNetwork selecting_network() {
  std::uint64_t seed = kFirstSeed;
  while (true) {
    FixedNetwork network = program_of(next_fixed_network(seed));
    for (const Layer& layer : network.program.layers)
      if (layer.label == "the last step" && network.program.states.size() > 0) return network;
  }
}

TEST(ChainOf, RefusesAStateThatIsNoCells) {
  FixedNetwork network = selecting_network();
  ASSERT_TRUE(chain_of(network));
  for (const Layer& layer : network.program.layers)
    if (layer.label == "the last step")
      network.program.states.add(
          {target_of(layer.statements.front()), 1, false, network.program.states.begin()->is_carried});
  network.initial.add({});
  const auto chain = chain_of(network);
  ASSERT_FALSE(chain);
  EXPECT_NE(chain.error().message.find("other values than the states of its cells"), std::string::npos)
      << chain.error().message;
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
