#include "fixed/fixed_chain.h"

#include <gtest/gtest.h>

#include "fixed/testing/example_networks.h"

namespace fixgate {
namespace {

const FixedChain& example(const std::string& name) {
  static const std::vector<FixedChain> networks = example_networks();
  for (const FixedChain& network : networks)
    if (network.name == name) return network;
  throw std::out_of_range(name);
}

TEST(FixedChain, Outputs) {
  EXPECT_EQ(output_count(example("tiny_lstm")), 2);
  EXPECT_EQ(output_count(example("tiny_tied")), 5);
  EXPECT_TRUE(outputs_every_step(example("tiny_lstm")));
  EXPECT_FALSE(outputs_every_step(example("tiny_bidirectional")));
  const FixedChain& network = example("tiny_lstm");
  EXPECT_EQ(network.signals[static_cast<std::size_t>(output_signal(network))].name, "decoder.out");
}

TEST(FixedChain, OutputsOfASelectAreThoseOfTheLayerBefore) {
  FixedChain network = example("tiny_bidirectional");
  network.layers.resize(3);  // two recurrent layers, Select
  EXPECT_EQ(output_count(network), 4);
  EXPECT_EQ(network.signals[static_cast<std::size_t>(output_signal(network))].name, "rnn1.h");
}

TEST(FixedChain, Names) {
  const FixedChain& network = example("tiny_bidirectional");
  EXPECT_EQ(layer_name(network.layers[2]), "select");
  const auto& both = std::get<FixedRecurrent>(network.layers[0]);
  EXPECT_EQ(cell_prefix(both, both.cells[0]), "rnn0.forward.");
  EXPECT_EQ(cell_prefix(both, both.cells[1]), "rnn0.reverse.");
  const auto& one = std::get<FixedRecurrent>(example("tiny_reverse").layers[0]);
  EXPECT_EQ(cell_prefix(one, one.cells[0]), "rnn0.");
}

TEST(FixedChain, ExamplesAreDeterministic) {
  const std::vector<FixedChain> again = example_networks();
  for (const FixedChain& network : again) EXPECT_TRUE(network == example(network.name));
  EXPECT_TRUE(random_network(7) == random_network(7));
  EXPECT_FALSE(random_network(7) == random_network(8));
}

}  // namespace
}  // namespace fixgate
