#include "quantize/table_cache.h"

#include <gtest/gtest.h>

#include "parallel/for_each_index.h"

namespace fixgate {
namespace {

const ActivationFunction kTanh{ActivationFunction::Kind::Tanh};
const ActivationFunction kSigmoid{ActivationFunction::Kind::Sigmoid};

TEST(TableCache, GivesWhatIsBuiltWhateverWasAskedForBefore) {
  for (int round = 0; round < 2; ++round)
    for (const ActivationFunction& function : {kTanh, kSigmoid})
      for (int fraction = 3; fraction < 6; ++fraction)
        for (const int segments : {4, 8}) {
          const Format input{true, 8, fraction};
          const SignalFormat output{{true, 8, 7}, Rounding::Nearest, Overflow::Saturate};
          TableOptions options;
          options.segments = segments;
          const auto kept = kept_table(function, input, output, options);
          ASSERT_TRUE(kept);
          EXPECT_EQ(*kept, *build_table(function, input, output, options));
        }
}

TEST(TableCache, HandsErrorsOn) {
  const SignalFormat output{{true, 8, 7}, Rounding::Nearest, Overflow::Saturate};
  for (int round = 0; round < 2; ++round)
    EXPECT_FALSE(kept_table(kTanh, {true, 30, 20}, output, TableOptions()));
}

// The same tables, by all threads.
TEST(TableCache, IsSafeToCallFromThreads) {
  parallel_for_each_index(3000, [](std::size_t k) {
    const SignalFormat output{{true, 4, 3}, Rounding::Nearest, Overflow::Saturate};
    TableOptions options;
    options.segments = 1 + static_cast<int>(k % 3);
    const Format input{true, 4, static_cast<int>(k % 50)};
    EXPECT_EQ(*kept_table(kSigmoid, input, output, options), *build_table(kSigmoid, input, output, options));
  });
}

}  // namespace
}  // namespace fixgate
