#include "fixed/file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "files/write.h"
#include "fixed/program_of.h"
#include "fixed/safetensors.h"
#include "fixed/testing/example_networks.h"
#include "fixed/text.h"
#include "program/text.h"
#include "program/verify.h"

namespace fixgate {
namespace {

using program::FixedNetwork;

void expect_round_trip(const FixedNetwork& network) {
  const std::string bytes = serialise(network);
  const auto back = deserialise(bytes);
  ASSERT_TRUE(back) << network.program.name << ": " << back.error().message;
  EXPECT_TRUE(*back == network) << network.program.name;
  EXPECT_EQ(serialise(*back), bytes) << network.program.name;
}

// The smallest network with most of what a file can have.
FixedNetwork small_network() {
  ExampleShape shape{
      .name = "small", .kind = CellKind::Gru, .linear_before_reset = true, .initial_states = true};
  shape.inputs = shape.hidden = shape.outputs = 1;
  FixedNetwork network = program_of(make_example(shape, 3));
  WeightMatrix& first = *network.weights.begin();
  first.row_widths = {first.width};
  network.plan = "a plan\n";
  return network;
}

TEST(FixedFile, RoundTripOfExamples) {
  for (const FixedChain& network : example_networks()) expect_round_trip(program_of(network));
  expect_round_trip(small_network());
}

RC_GTEST_PROP(FixedFileProperty, RoundTrip, (std::uint64_t seed)) {
  const FixedNetwork network = program_of(random_network(seed));
  const std::string bytes = serialise(network);
  const auto back = deserialise(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == network);
  RC_ASSERT(serialise(*back) == bytes);
}

TEST(FixedFile, TextsNeedNoPlainLetters) {
  FixedNetwork network = small_network();
  network.program.name = "r\u00e9seau \"1\" \\ \U0001F600";
  network.plan = "a = \"b\"\n\t# \u00fc\n";
  expect_round_trip(network);
}

TEST(FixedFile, TruncatedAnywhereIsAnError) {
  const std::string bytes = serialise(small_network());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(deserialise(std::string_view(bytes).substr(0, size))) << size;
}

TEST(FixedFile, LongerIsAnError) {
  EXPECT_FALSE(deserialise(serialise(small_network()) + '\0'));
  EXPECT_FALSE(deserialise(serialise(small_network()) + ' '));
}

// One bit of every byte, then another: an error, or a network that verifies and can be printed and stored
// again.
TEST(FixedFile, FlippedBitsNeverCrash) {
  const std::string bytes = serialise(small_network());
  int accepted = 0;
  for (const std::size_t offset : {0U, 5U})
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << ((at + offset) % 8)));
      const auto network = deserialise(damaged);
      if (!network) continue;
      ++accepted;
      ASSERT_TRUE(program::verify(*network)) << at;
      ASSERT_FALSE(to_text(*network, {.full = true}).empty()) << at;
      const auto again = deserialise(serialise(*network));
      ASSERT_TRUE(again && *again == *network) << at;
    }
  EXPECT_GT(accepted, 0);  // weights may become other weights
}

// --- damage to parts ---

std::string error_of(const Safetensors& content) {
  const auto network = deserialise(write_safetensors(content));
  return network ? "" : network.error().message;
}

Safetensors content_of(const FixedNetwork& network) {
  return *read_safetensors(serialise(network));
}

TEST(FixedFile, Metadata) {
  const Safetensors content = content_of(small_network());
  const auto with = [&](const char* key, const char* value) {
    Safetensors other = content;
    other.metadata[key] = value;
    return error_of(other);
  };
  EXPECT_EQ(with("format", "pt"), "it is a safetensors file, but not one of fixgate");
  EXPECT_EQ(with("version", "3"), "it has version '3', but this fixgate reads versions 1 and 2");
  EXPECT_EQ(with("author", "me"), "__metadata__ has keys that this version does not know");
  EXPECT_EQ(with("float_parameters", "-1"), "__metadata__: float_parameters: '-1' is no count");
  EXPECT_EQ(with("float_parameters", "12x"), "__metadata__: float_parameters: '12x' is no count");
  EXPECT_NE(with("program", "network n\nx").find("program: line 2"), std::string::npos)
      << with("program", "network n\nx");
  for (const auto& [key, value] : content.metadata) {
    Safetensors other = content;
    other.metadata.erase(key);
    EXPECT_NE(error_of(other), "") << key;
  }
}

/// Without one of its lines, the program is another one, or none; never a crash.
TEST(FixedFile, ProgramsWithoutALine) {
  const Safetensors content = content_of(small_network());
  const std::string& program = content.metadata.at("program");
  for (std::size_t at = 0; at < program.size(); at = program.find('\n', at) + 1) {
    Safetensors other = content;
    other.metadata["program"].erase(at, program.find('\n', at) + 1 - at);
    EXPECT_NE(error_of(other), "") << at;
  }
}

TEST(FixedFile, EveryTensorIsNeededAndNoOther) {
  const Safetensors content = content_of(small_network());
  for (std::size_t k = 0; k < content.tensors.size(); ++k) {
    const StoredTensor& tensor = content.tensors[k];
    const bool may_lack = tensor.name.ends_with(":initial") || tensor.name.ends_with(":row_widths");
    Safetensors without = content;
    without.tensors.erase(without.tensors.begin() + static_cast<std::ptrdiff_t>(k));
    EXPECT_EQ(error_of(without).empty(), may_lack) << tensor.name;
    Safetensors renamed = content;
    renamed.tensors[k].name = "x";
    EXPECT_NE(error_of(renamed), "") << tensor.name;
    Safetensors longer = content;
    longer.tensors[k].shape[0] *= 2;
    longer.tensors[k].bytes += tensor.bytes;
    EXPECT_NE(error_of(longer), "") << tensor.name;
  }
}

TEST(FixedFile, VerifiesWhatItReads) {
  FixedNetwork network = small_network();
  network.weights.begin()->row_fractions[0] = 100;
  const auto back = deserialise(serialise(network));
  ASSERT_FALSE(back);
  EXPECT_NE(back.error().message.find("rnn0.W_z"), std::string::npos) << back.error().message;
}

TEST(FixedFile, OnDisk) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / "fixgate_fixed_file_test.fxg";
  const FixedNetwork network = small_network();
  ASSERT_TRUE(write_fixed_network(network, path));
  const auto back = read_fixed_network(path);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(*back == network);
  ASSERT_TRUE(write_file(path, "not a network"));
  const auto damaged = read_fixed_network(path);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().message.find(path.string()), 0) << damaged.error().message;
  FixedNetwork broken = network;
  broken.program.outputs.clear();
  EXPECT_FALSE(write_fixed_network(broken, path));
  std::filesystem::remove(path);
  EXPECT_FALSE(read_fixed_network(path));
}

}  // namespace
}  // namespace fixgate
