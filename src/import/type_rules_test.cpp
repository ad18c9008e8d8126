#include "import/type_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "network/operators/operators.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

TEST(TypeRules, AreThereForEveryOperatorInEverySet) {
  for (const std::string_view name : operator_names())
    for (std::int64_t set = std::max(find_operator(name)->first_set, kFirstOperatorSet);
         set <= kLastOperatorSet; ++set) {
      const TypeRule* rule = find_type_rule(name, set);
      ASSERT_NE(rule, nullptr) << name << " in operator set " << set;
      for (const char letter : std::string(rule->inputs) + std::string(rule->outputs))
        EXPECT_NE(types_of(*rule, letter), 0U) << name << ": " << letter;
    }
}

TEST(TypeRules, FollowTheOperatorSets) {
  const auto main = [](const char* op, std::int64_t set) { return to_text(find_type_rule(op, set)->main); };
  EXPECT_EQ(main("LSTM", 21), "float, float16 or double");
  EXPECT_EQ(main("LSTM", 22), "float, float16, double or bfloat16");
  EXPECT_EQ(main("MatMul", 8), "float, float16 or double");
  EXPECT_EQ(main("MatMul", 9), "float, int32, int64, float16, double, uint32 or uint64");
  EXPECT_EQ(main("Relu", 14), "float, int8, int16, int32, int64, float16, double or bfloat16");
  EXPECT_EQ(find_type_rule("Levitate", 22), nullptr);
}

}  // namespace
}  // namespace fixgate
