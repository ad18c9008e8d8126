#include "fixed/text.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "files/read.h"
#include "files/write.h"
#include "fixed/testing/example_networks.h"
#include "fixed/text_columns.h"

namespace fixgate {
namespace {

std::filesystem::path golden_folder() {
  return std::filesystem::path(FIXGATE_SOURCE_DIR) / "tests/golden/fixed";
}

void compare_with_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = golden_folder() / name;
  if (std::getenv("FIXGATE_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(golden_folder());
    const auto written = write_file(path, text);
    ASSERT_TRUE(written) << written.error().message;
  }
  const auto golden = read_file(path);
  ASSERT_TRUE(golden) << golden.error().message << "; FIXGATE_UPDATE_GOLDEN=1 writes it";
  EXPECT_EQ(text, *golden) << "if the change is meant, FIXGATE_UPDATE_GOLDEN=1 rewrites " << name;
}

TEST(FixedText, Examples) {
  for (const FixedNetwork& network : example_networks())
    compare_with_golden(network.name + ".txt", to_text(network));
}

TEST(FixedText, WithIntegers) {
  for (const FixedNetwork& network : example_networks())
    if (network.name == "tiny_lstm" || network.name == "tiny_gru_reset_after")
      compare_with_golden(network.name + "_weights.txt", to_text(network, {.weights = true}));
}

TEST(FixedText, LinesEndWithoutSpaces) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const std::string text = to_text(random_network(seed), {.weights = true});
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
