#include "networks/attack.h"

#include "lowering/lower_to_program.h"
#include "lowering/testing/judge.h"
#include "network/fold.h"

namespace fixgate::attacks {
namespace {

/// "" where the program and the executor give the same, the executor cannot run the graph, or the steps are too
/// few for the program.
std::string difference_at(const Attack& attack, const lowering::LoweredProgram& lowered, const Graph& graph,
                          std::int64_t steps, int& runs) {
  lowering::testing_support::Judge judged(graph, lowered, steps);
  const auto difference = judged.run(2);
  const bool is_too_short = !difference && difference.error().message.ends_with("give a longer sequence");
  if (!judged.is_executed || is_too_short) return "";
  ++runs;
  if (!difference) return difference.error().message;
  return *difference <= attack.tolerance ? ""
                                         : fmt::format("{} of the range at {} steps", *difference, steps);
}

}  // namespace

void judge(const Attack& attack) {
  Graph graph = attack.build();
  const auto folded = fold_constants(graph);
  ASSERT_TRUE(folded) << folded.error().message;
  ASSERT_TRUE(fold_initial_states(graph));
  const auto network = lowering::lower_to_program(graph);
  const std::vector<Error> refusals = lowering::examine(graph).refusals;
  ASSERT_EQ(refusals.empty(), network.has_value());
  if (attack.verdict == Verdict::Refused) {
    ASSERT_FALSE(network);
    EXPECT_TRUE(network.error().message.starts_with(refusals.front().message));
    EXPECT_NE(network.error().message.find(attack.reason), std::string::npos) << network.error().message;
    return;
  }
  ASSERT_TRUE(network) << network.error().message;
  int runs = 0;
  for (const std::int64_t steps : {5, 4, 1, 2})
    EXPECT_EQ(difference_at(attack, *network, graph, steps, runs), "");
  EXPECT_GT(runs, 0);
}

}  // namespace fixgate::attacks
