#include "fixed/text.h"

#include <gtest/gtest.h>

#include "files/golden_test.h"
#include "fixed/program_of.h"
#include "fixed/testing/example_networks.h"
#include "fixed/text_columns.h"

namespace fixgate {
namespace {

TEST(FixedText, Examples) {
  for (const FixedChain& network : example_networks())
    compare_with_golden("fixed", network.name + ".txt", to_text(program_of(network)));
}

TEST(FixedText, DescribesTheWidthsOfRows) {
  WeightMatrix matrix{"W", 3, 1, 5, {1, 2, 3}, {0, 0, 0}};
  EXPECT_EQ(describe_width(matrix), "5 bits");
  matrix.row_widths = {2, 3, 5};
  EXPECT_EQ(describe_width(matrix), "2..5 bits by row, 3.33 in the mean");
  matrix.row_widths = {4, 4, 4};
  EXPECT_EQ(describe_width(matrix), "4 bits by row");
}

TEST(FixedText, WithIntegers) {
  for (const FixedChain& network : example_networks())
    if (network.name == "tiny_lstm" || network.name == "tiny_gru_reset_after")
      compare_with_golden("fixed", network.name + "_full.txt", to_text(program_of(network), {.full = true}));
}

TEST(FixedText, LinesEndWithoutSpaces) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const std::string text = to_text(program_of(random_network(seed)), {.full = true});
    EXPECT_EQ(text.find(" \n"), std::string::npos) << seed;
    EXPECT_TRUE(text.ends_with('\n'));
  }
}

TEST(TextColumns, AlignsNumbersRightAndWordsLeft) {
  TextColumns columns(1);
  columns.add({"a", "7", "-", "x"});
  columns.add({"long", "-10", "word"});
  EXPECT_EQ(columns.text(), " a       7  -     x\n long  -10  word\n");
}

}  // namespace
}  // namespace fixgate
