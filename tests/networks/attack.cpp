#include "networks/attack.h"

#include "network/executor.h"
#include "network/fold.h"
#include "network/lower.h"
#include "networks/agreement.h"

namespace fixgate::attacks {
namespace {

// "" where lowered and executed outputs are the same at these sizes, or the executor cannot run them.
std::string difference_at(const Network& network, const Graph& graph, const Shape& sizes, int& runs) {
  const auto inputs = agreement::random_inputs(graph, sizes, 9, 1);
  const auto expected = Executor(graph).run(inputs);
  if (!expected) return "";
  ++runs;
  return agreement::difference(network, graph, inputs, *expected, 1e-5);
}

}  // namespace

void judge(const Attack& attack) {
  Graph graph = attack.build();
  const auto folded = fold_constants(graph);
  ASSERT_TRUE(folded) << folded.error().message;
  ASSERT_TRUE(fold_initial_states(graph));
  const auto network = lower(graph);
  const std::vector<Error> refusals = lower_what_can_be(graph).refusals;
  ASSERT_EQ(refusals.empty(), network.has_value());
  if (attack.verdict == Verdict::Refused) {
    ASSERT_FALSE(network);
    EXPECT_EQ(refusals.front().message, network.error().message);
    EXPECT_NE(network.error().message.find(attack.reason), std::string::npos) << network.error().message;
    return;
  }
  ASSERT_TRUE(network) << network.error().message;
  int runs = 0;
  for (const Shape& sizes : {Shape{5, 3, 0}, Shape{4, 4, 0}, Shape{1, 2, 0}, Shape{2, 1, 0}})
    EXPECT_EQ(difference_at(*network, graph, sizes, runs), "");
  EXPECT_GT(runs, 0);
}

}  // namespace fixgate::attacks
