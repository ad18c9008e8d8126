#include "fixed/version1.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "files/read.h"
#include "fixed/file.h"
#include "fixed/program_of.h"
#include "fixed/safetensors.h"
#include "fixed/testing/example_networks.h"
#include "fixed/testing/version1_writer.h"
#include "fixed/text.h"
#include "fixed/verify.h"
#include "numeric/accumulator.h"
#include "program/text.h"
#include "program/verify.h"

namespace fixgate {
namespace {

using nlohmann::json;

/// What is read is converted to a program.
void expect_round_trip(const FixedChain& network) {
  const auto back = deserialise(serialise_version1(network));
  ASSERT_TRUE(back) << network.name << ": " << back.error().message;
  EXPECT_TRUE(*back == program_of(network)) << network.name;
}

void expect_usable(const program::FixedNetwork& network, const std::string& where) {
  ASSERT_TRUE(program::verify(network)) << where;
  ASSERT_FALSE(to_text(network, {.full = true}).empty()) << where;
  const auto again = deserialise(serialise(network));
  ASSERT_TRUE(again && *again == network) << where;
}

// The smallest network with most of what a file can have.
FixedChain small_network() {
  ExampleShape shape{
      .name = "small", .kind = CellKind::Gru, .linear_before_reset = true, .initial_states = true};
  shape.inputs = shape.hidden = shape.outputs = 1;
  FixedChain network = make_example(shape, 3);
  network.weights[0].row_widths = {network.weights[0].width};
  return network;
}

/// Rows of every other matrix as wide as their integers need.
FixedChain with_row_widths(FixedChain network) {
  for (std::size_t m = 0; m < network.weights.size(); m += 2) {
    WeightMatrix& matrix = network.weights[m];
    for (int row = 0; row < matrix.rows; ++row) {
      const auto [low, high] = std::ranges::minmax(matrix.row(row));
      matrix.row_widths.push_back(signed_width(low, high));
    }
  }
  return network;
}

TEST(Version1, RoundTripOfExamples) {
  for (const FixedChain& network : example_networks()) expect_round_trip(network);
}

RC_GTEST_PROP(Version1Property, RoundTrip, (std::uint64_t seed)) {
  const FixedChain network = with_row_widths(random_network(seed));
  RC_ASSERT(verify(network));
  const auto back = deserialise(serialise_version1(network));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == program_of(network));
}

// Files of networks that take any number of steps are as they were before there was the key.
TEST(Version1, SaysTheStepsOfACallWhereTheyAreFixed) {
  ExampleShape shape;
  shape.streaming = true;
  FixedChain network = make_example(shape, 3);
  EXPECT_EQ(describe(network).description.find("\"call\""), std::string::npos);
  for (const bool repeats : {false, true}) {
    network.call = {5, repeats};
    expect_round_trip(network);
    EXPECT_NE(
        describe(network).description.find(fmt::format("\"call\":{{\"steps\":5,\"repeats\":{}}}", repeats)),
        std::string::npos);
  }
}

TEST(Version1, EveryContainerAndExtremeIntegers) {
  for (const int width : {1, 8, 9, 16, 17, 24}) {
    FixedChain network = small_network();
    WeightMatrix& matrix = network.weights[0];
    matrix.width = width;
    matrix.row_widths.clear();
    matrix.values[0] = -(1 << (width - 1));
    std::get<FixedRecurrent>(network.layers[0]).cells[0].gates[0].bias = {-(std::int64_t{1} << 62)};
    ASSERT_TRUE(verify(network));
    expect_round_trip(network);
  }
}

TEST(Version1, TextsNeedNoPlainLetters) {
  FixedChain network = small_network();
  network.name = "r\u00e9seau \"1\" \\ \U0001F600";
  network.plan = "a = \"b\"\n\t# \u00fc\n";
  expect_round_trip(network);
}

TEST(Version1, TruncatedAnywhereIsAnError) {
  const std::string bytes = serialise_version1(small_network());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(deserialise(std::string_view(bytes).substr(0, size))) << size;
}

TEST(Version1, LongerIsAnError) {
  EXPECT_FALSE(deserialise(serialise_version1(small_network()) + '\0'));
  EXPECT_FALSE(deserialise(serialise_version1(small_network()) + ' '));
}

// One bit of every byte, then another: an error, or a network that verifies and can be printed and stored
// again.
TEST(Version1, FlippedBitsNeverCrash) {
  const std::string bytes = serialise_version1(small_network());
  int accepted = 0;
  for (const std::size_t offset : {0U, 5U})
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << ((at + offset) % 8)));
      const auto network = deserialise(damaged);
      if (!network) continue;
      ++accepted;
      expect_usable(*network, fmt::format("byte {}", at));
    }
  EXPECT_GT(accepted, 0);  // weights may become other weights
}

// --- damage to the description ---

Safetensors content_of(const FixedChain& network) {
  return *read_safetensors(serialise_version1(network));
}

std::string error_of(const Safetensors& content) {
  const auto network = deserialise(write_safetensors(content));
  return network ? "" : network.error().message;
}

// The error after `change` to the description.
template <typename Change>
std::string error_after(Change change) {
  Safetensors content = content_of(small_network());
  json description = json::parse(content.metadata["network"]);
  change(description);
  content.metadata["network"] = description.dump();
  return error_of(content);
}

// All places of a JSON value, as pointers.
void list_places(const json& value, const json::json_pointer& at, std::vector<json::json_pointer>& places) {
  places.push_back(at);
  if (value.is_object())
    for (const auto& [key, one] : value.items()) list_places(one, at / key, places);
  if (value.is_array())
    for (std::size_t k = 0; k < value.size(); ++k) list_places(value[k], at / k, places);
}

TEST(Version1, EveryKeyIsNeeded) {
  const json description = json::parse(describe(small_network()).description);
  std::vector<json::json_pointer> places;
  list_places(description, json::json_pointer(), places);
  int removed = 0;
  for (const json::json_pointer& place : places) {
    if (place.empty() || !description[place.parent_pointer()].is_object()) continue;
    ++removed;
    const std::string error = error_after([&](json& j) { j[place.parent_pointer()].erase(place.back()); });
    EXPECT_NE(error, "") << place.to_string();
  }
  EXPECT_GT(removed, 100);
}

TEST(Version1, NoOtherKeyIsAccepted) {
  const json description = json::parse(describe(small_network()).description);
  std::vector<json::json_pointer> places;
  list_places(description, json::json_pointer(), places);
  for (const json::json_pointer& place : places) {
    if (!description[place].is_object()) continue;
    EXPECT_NE(error_after([&](json& j) { j[place]["colour"] = 1; }).find("colour"), std::string::npos)
        << place.to_string();
  }
}

// Values of every type and extreme numbers in every place.
TEST(Version1, WrongValuesAnywhereNeverCrash) {
  const json description = json::parse(describe(small_network()).description);
  const Safetensors content = content_of(small_network());
  std::vector<json::json_pointer> places;
  list_places(description, json::json_pointer(), places);
  const std::vector<json> values{nullptr,
                                 true,
                                 -1,
                                 0,
                                 1,
                                 63,
                                 1.5,
                                 1e300,
                                 2147483647,
                                 4294967296,
                                 INT64_MIN,
                                 UINT64_MAX,
                                 "",
                                 "gru",
                                 "rnn0.h",
                                 json::array(),
                                 json::object(),
                                 json::array({1, 2, 3})};
  for (const json::json_pointer& place : places)
    for (const json& value : values) {
      json changed = description;
      changed[place] = value;
      Safetensors damaged = content;
      damaged.metadata["network"] = changed.dump();
      const auto network = deserialise(write_safetensors(damaged));
      if (network) expect_usable(*network, place.to_string() + ' ' + value.dump());
    }
}

TEST(Version1, NamesTheFault) {
  const auto error = [](auto change) { return error_after(change); };
  EXPECT_EQ(
      error([](json& j) { j["signals"][1]["role"] = "door"; }).find("network: signals[1].role: 'door' is no"),
      0);
  EXPECT_EQ(error([](json& j) { j["layers"][0]["cells"][0]["gates"][2]["bias"] = "x"; }),
            "network: layers[0].cells[0].gates[2].bias: tensor 'x' is missing, or used twice");
  EXPECT_EQ(error([](json& j) { j["layers"][0]["cells"][0]["gates"][2]["bias"] = nullptr; }),
            "network: tensor 'rnn0:b_h' has no use");
  EXPECT_EQ(error([](json& j) { j["layers"][1]["type"] = "pool"; }),
            "network: layers[1].type: 'pool' is none of embedding, recurrent, dense, select");
  EXPECT_EQ(error([](json& j) { j["inputs"] = 2.0; }), "network: inputs: is no integer of 64 bits");
  EXPECT_EQ(error([](json& j) { j["layers"][1]["weights"] = "nothing"; }),
            "network: layers[1].weights: there is no 'nothing'");
  EXPECT_EQ(error([](json& j) { j.erase("plan"); }), "network: plan: is missing");
  EXPECT_EQ(error([](json& j) { j["weights"][0]["width"] = 9; }),
            "network: weights[0].name: tensor 'rnn0.W_z' is I8, not I16");
}

TEST(Version1, Metadata) {
  const Safetensors content = content_of(small_network());
  const auto with = [&](const char* key, const char* value) {
    Safetensors other = content;
    other.metadata[key] = value;
    return error_of(other);
  };
  EXPECT_EQ(with("format", "pt"), "it is a safetensors file, but not one of fixgate");
  EXPECT_EQ(with("version", "3"), "it has version '3', but this fixgate reads versions 1 and 2");
  EXPECT_NE(with("author", "me"), "");
  EXPECT_EQ(with("network", "{"), "network: it is not JSON");
  EXPECT_EQ(with("network", "[]"), "network: it is no JSON object");
  for (const char* key : {"format", "version", "network"}) {
    Safetensors other = content;
    other.metadata.erase(key);
    EXPECT_NE(error_of(other), "") << key;
  }
}

TEST(Version1, DescriptionTwiceTheSameKeyOrTooDeep) {
  Safetensors content = content_of(small_network());
  content.metadata["network"].insert(1, "\"plan\":\"\",");
  EXPECT_EQ(error_of(content), "network: the key \"plan\" occurs twice in a JSON object");
  content.metadata["network"] = std::string(1'000'000, '[');
  EXPECT_EQ(error_of(content), "network: the JSON is nested deeper than 16");
}

TEST(Version1, VerifiesWhatItReads) {
  FixedChain network = small_network();
  network.weights[0].row_fractions[0] = 65;
  const auto back = deserialise(serialise_version1(network));
  ASSERT_FALSE(back);
  EXPECT_NE(back.error().message.find("weight matrix 'rnn0.W_z'"), std::string::npos) << back.error().message;
}

/// The files of tests/data/version1 were written by the first edition, and the texts beside them with it.
TEST(Version1, ReadsTheSameIntegers) {
  const std::filesystem::path folder = std::filesystem::path(FIXGATE_SOURCE_DIR) / "tests/data/version1";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".fxg") continue;
    SCOPED_TRACE(entry.path().string());
    const auto network = read_fixed_network(entry.path());
    ASSERT_TRUE(network) << network.error().message;
    std::filesystem::path text = entry.path();
    const auto expected = read_file(text.replace_extension(".txt"));
    ASSERT_TRUE(expected);
    EXPECT_EQ(program::write_text(*network, true), *expected);
    ++files;
  }
  EXPECT_GT(files, 10);
}

}  // namespace
}  // namespace fixgate
