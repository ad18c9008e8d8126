#include "network/recurrent_shapes.h"

#include <gtest/gtest.h>

#include <map>

namespace fixgate {
namespace {

using Shapes = std::map<std::size_t, Shape>;

constexpr std::int64_t kHiddenSize = 4;

/// A bidirectional LSTM of 3 inputs and 4 units over 7 steps of 2 sequences.
const Shapes kWhole = {{kX, {7, 2, 3}},           {kW, {2, 16, 3}},
                       {kR, {2, 16, 4}},          {kB, {2, 32}},
                       {kSequenceLengths, {2}},   {kInitialHidden, {2, 2, 4}},
                       {kInitialCell, {2, 2, 4}}, {kPeepholes, {2, 12}}};

RecurrentAttributes attributes_of(std::optional<std::int64_t> hidden_size = kHiddenSize,
                                  std::int64_t layout = 0) {
  Node node{"lstm", "LSTM", {}, {}, {{"direction", std::string("bidirectional")}, {"layout", layout}}};
  if (hidden_size) node.attributes["hidden_size"] = *hidden_size;
  return *parse_recurrent_attributes(node);
}

Result<RecurrentExtent> check(const RecurrentAttributes& attributes, const Shapes& shapes) {
  return check_recurrent_shapes(attributes, [&](std::size_t input) {
    const auto found = shapes.find(input);
    return found == shapes.end() ? nullptr : &found->second;
  });
}

std::string refusal(std::size_t input, const Shape& shape) {
  Shapes shapes = kWhole;
  shapes[input] = shape;
  const auto checked = check(attributes_of(), shapes);
  return checked ? "none" : checked.error().message;
}

TEST(RecurrentShapes, GiveTheExtent) {
  const auto extent = check(attributes_of(), kWhole);
  ASSERT_TRUE(extent) << extent.error().message;
  EXPECT_EQ(extent->time, 7);
  EXPECT_EQ(extent->batch, 2);
  EXPECT_EQ(extent->inputs, 3);
  EXPECT_EQ(extent->hidden, 4);
}

TEST(RecurrentShapes, LeaveOpenWhatIsNotKnown) {
  const auto extent = check(attributes_of({}), {{kX, {-1, -1, 3}}});
  ASSERT_TRUE(extent) << extent.error().message;
  EXPECT_EQ(extent->hidden, -1);
  EXPECT_TRUE(check(attributes_of(), {{kX, {-1, -1, -1}}, {kW, {2, 16, 3}}}));
  EXPECT_TRUE(check(attributes_of(), {{kW, {2, 16, 1 << 30}}}));
}

TEST(RecurrentShapes, RefuseAHiddenSizeThatRContradicts) {
  EXPECT_EQ(check(attributes_of(5), kWhole).error().message,
            "attribute 'hidden_size' is 5, but input R has shape [2, 16, 4], which is for 4");
  EXPECT_EQ(check(attributes_of(std::int64_t{1} << 31), kWhole).error().message,
            "attribute 'hidden_size' is 2147483648, but input R has shape [2, 16, 4], which is for 4");
}

TEST(RecurrentShapes, RefuseEveryInputOfAnotherShape) {
  const std::string of = " (LSTM, bidirectional, hidden size 4)";
  EXPECT_EQ(refusal(kX, {7, 3}), "input X has shape [7, 3], not three dimensions");
  EXPECT_EQ(refusal(kW, {1, 16, 3}), "input W has shape [1, 16, 3], not [2, 16, 3]" + of);
  EXPECT_EQ(refusal(kW, {2, 12, 3}), "input W has shape [2, 12, 3], not [2, 16, 3]" + of);
  EXPECT_EQ(refusal(kW, {2, 16, 9}), "input W has shape [2, 16, 9], not [2, 16, 3]" + of);
  EXPECT_EQ(refusal(kR, {2, 12, 4}), "input R has shape [2, 12, 4], not [2, 16, 4]" + of);
  EXPECT_EQ(refusal(kR, {16, 4}), "input R has shape [16, 4], not three dimensions");
  EXPECT_EQ(refusal(kB, {2, 16}), "input B has shape [2, 16], not [2, 32]" + of);
  EXPECT_EQ(refusal(kPeepholes, {2, 4}), "input P has shape [2, 4], not [2, 12]" + of);
  EXPECT_EQ(refusal(kSequenceLengths, {3}), "input sequence_lens has shape [3], not [2]" + of);
  EXPECT_EQ(refusal(kSequenceLengths, {2, 1}), "input sequence_lens has shape [2, 1], not [2]" + of);
  EXPECT_EQ(refusal(kInitialHidden, {1, 2, 4}), "input initial_h has shape [1, 2, 4], not [2, 2, 4]" + of);
  EXPECT_EQ(refusal(kInitialCell, {2, 2, 5}), "input initial_c has shape [2, 2, 5], not [2, 2, 4]" + of);
}

TEST(RecurrentShapes, FollowTheLayout) {
  Shapes shapes = kWhole;
  shapes[kX] = {9, 7, 3};
  shapes[kInitialHidden] = shapes[kInitialCell] = {9, 2, 4};
  shapes[kSequenceLengths] = {9};
  EXPECT_FALSE(check(attributes_of(), shapes));
  const auto extent = check(attributes_of(kHiddenSize, 1), shapes);
  ASSERT_TRUE(extent) << extent.error().message;
  EXPECT_EQ(extent->time, 7);
  EXPECT_EQ(extent->batch, 9);
}

}  // namespace
}  // namespace fixgate
