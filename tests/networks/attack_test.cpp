// Graphs that look like what lowering knows, and are not (or are, in another guise): each is refused, or
// computed exactly as the executor does, at sizes where axes can and cannot be told apart by their length.
#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "network/executor.h"
#include "network/fold.h"
#include "network/lower.h"
#include "network/testing/graph_builder.h"
#include "networks/agreement.h"

namespace fixgate {
namespace {

using testing_support::Attributes;
using testing_support::GraphBuilder;
using testing_support::Integers;
using testing_support::Names;

constexpr std::int64_t kInputs = 3;
constexpr std::int64_t kHidden = 4;
constexpr std::int64_t kClasses = 4;  // as many as kHidden: nothing is told apart by its size
constexpr std::int64_t kEnd = std::int64_t{1} << 62;

enum class Verdict { Refused, Exact };

struct Attack {
  const char* name;
  Verdict verdict;
  const char* reason;  // part of the error, if refused
  std::function<Graph()> build;
};

void PrintTo(const Attack& attack, std::ostream* stream) {
  *stream << attack.name;
}

Attack refused(const char* name, const char* reason, std::function<Graph()> build) {
  return {name, Verdict::Refused, reason, std::move(build)};
}

Attack exact(const char* name, std::function<Graph()> build) {
  return {name, Verdict::Exact, "", std::move(build)};
}

/// The data input, time major, of a graph to be built.
struct Start : GraphBuilder {
  explicit Start(std::int64_t operator_set = 17, Shape shape = {-1, -1, kInputs})
      : GraphBuilder(operator_set) {
    x = input("x", shape);
  }

  /// Y [time, directions, batch, hidden], Y_h, ...
  Names layer(const std::string& op_type = "GRU", const std::string& direction = "forward") {
    return recurrent(op_type, x, kInputs, kHidden, direction);
  }
  /// [time, batch, hidden].
  std::string steps(const std::string& op_type = "GRU", const std::string& direction = "forward") {
    return squeeze(layer(op_type, direction)[0], {1});
  }
  /// [time, batch, 2 * hidden].
  std::string both() {
    return reshape(transpose(layer("GRU", "bidirectional")[0], {0, 2, 1, 3}), {0, 0, 2 * kHidden});
  }
  Graph ends(const std::string& value) { return graph({value}); }

  std::string x;
};

std::vector<Attack> picking() {
  return {
      refused("FirstStep", "last step",
              [] {
                Start g;
                return g.ends(g.dense(g.gather(g.steps(), 0, 0), kHidden, kClasses));
              }),
      refused("LastButOne", "last step",
              [] {
                Start g;
                return g.ends(g.dense(g.gather(g.steps(), -2, 0), kHidden, kClasses));
              }),
      exact("LastStep",
            [] {
              Start g;
              return g.ends(g.dense(g.gather(g.steps(), -1, 0), kHidden, kClasses));
            }),
      refused("OneOfTheBatch", "",
              [] {
                Start g;
                return g.ends(g.gather(g.steps(), -1, 1));
              }),
      refused("OneFeature", "",
              [] {
                Start g;
                return g.ends(g.gather(g.steps(), -1, 2));
              }),
      refused("AllButTheLast", "last step",
              [] {
                Start g;
                return g.ends(g.slice(g.steps(), 0, -1, 0));
              }),
      refused("LastTwo", "last step",
              [] {
                Start g;
                return g.ends(g.slice(g.steps(), -2, kEnd, 0));
              }),
      refused("EverySecond", "steps other than 1",
              [] {
                Start g;
                return g.ends(g.slice(g.steps(), 0, kEnd, 0, 2));
              }),
      refused("Backwards", "steps other than 1",
              [] {
                Start g;
                return g.ends(g.slice(g.steps(), -1, -kEnd, 0, -1));
              }),
      refused("EndInTheMiddle", "last step",
              [] {
                Start g;
                return g.ends(g.slice(g.steps(), -1, 1000, 0));
              }),
      exact("ReverseLastStep",
            [] {
              Start g;
              return g.ends(g.gather(g.steps("GRU", "reverse"), -1, 0));
            }),
      exact("ReverseFirstStep",
            [] {
              Start g;
              return g.ends(g.gather(g.steps("LSTM", "reverse"), 0, 0));
            }),
      exact("ReverseLastStepOfDense",
            [] {
              Start g;
              return g.ends(g.gather(g.dense(g.steps("GRU", "reverse"), kHidden, kClasses), -1, 0));
            }),
      refused("ReverseFirstStepOfDense", "last step",
              [] {
                Start g;
                return g.ends(g.gather(g.dense(g.steps("GRU", "reverse"), kHidden, kClasses), 0, 0));
              }),
      refused("LastStepOfTheInput", "",
              [] {
                Start g;
                return g.ends(g.dense(g.gather(g.x, -1, 0), kInputs, kClasses));
              }),
      refused(
          "SeveralIndices", "several indices",
          [] {
            Start g;
            return g.ends(g.node("Gather", {g.steps(), g.integers({-1, -1})}, {{"axis", std::int64_t{0}}}));
          }),
      refused("IndexOfRankTwo", "several indices",
              [] {
                Start g;
                return g.ends(
                    g.node("Gather", {g.steps(), g.integers({1, 1}, {-1})}, {{"axis", std::int64_t{0}}}));
              }),
      refused("BeyondTheDirections", "no direction",
              [] {
                Start g;
                return g.ends(g.gather(g.layer("GRU", "bidirectional")[1], 2, 0));
              }),
      exact("FinalStateAgain",
            [] {
              Start g;
              return g.ends(g.dense(g.squeeze(g.layer("LSTM", "reverse")[1], {0}), kHidden, kClasses));
            }),
  };
}

std::string direction_of(Start& g, const std::string& y, std::int64_t direction, std::int64_t step) {
  return g.gather(g.gather(y, direction, 1), step, 0);
}

std::vector<Attack> directions() {
  return {
      refused("SwappedStates", "another order",
              [] {
                Start g;
                const auto h = g.layer("GRU", "bidirectional")[1];
                return g.ends(g.concat({g.gather(h, 1, 0), g.gather(h, 0, 0)}, 1));
              }),
      refused("SwappedSteps", "another order",
              [] {
                Start g;
                const auto y = g.layer("GRU", "bidirectional")[0];
                return g.ends(g.concat({g.gather(y, 1, 1), g.gather(y, 0, 1)}, 2));
              }),
      refused("SameStateTwice", "another order",
              [] {
                Start g;
                const auto h = g.layer("GRU", "bidirectional")[1];
                return g.ends(g.concat({g.gather(h, 0, 0), g.gather(h, 0, 0)}, 1));
              }),
      refused("OnlyForward", "only some directions",
              [] {
                Start g;
                return g.ends(g.gather(g.layer("GRU", "bidirectional")[0], 0, 1));
              }),
      refused("OnlyReverseState", "only some directions",
              [] {
                Start g;
                return g.ends(g.dense(g.gather(g.layer("GRU", "bidirectional")[1], 1, 0), kHidden, kClasses));
              }),
      refused("OnlyOneReadByALayer", "only some directions",
              [] {
                Start g;
                return g.ends(g.recurrent("GRU", g.gather(g.layer("GRU", "bidirectional")[0], 0, 1), kHidden,
                                          kHidden)[1]);
              }),
      refused("NotMerged", "not merged",
              [] {
                Start g;
                return g.ends(g.layer("GRU", "bidirectional")[0]);
              }),
      refused("MergedFeaturesFirst", "Reshape",
              [] {
                Start g;
                return g.ends(g.reshape(g.transpose(g.layer("GRU", "bidirectional")[0], {0, 2, 3, 1}),
                                        {0, 0, 2 * kHidden}));
              }),
      refused("DirectionsLast", "not",
              [] {
                Start g;
                return g.ends(g.transpose(g.layer("GRU", "bidirectional")[0], {0, 2, 3, 1}));
              }),
      refused("MergedWithTheBatch", "Reshape",
              [] {
                Start g;
                return g.ends(g.reshape(g.layer("GRU", "bidirectional")[0], {0, -1, 2 * kHidden}));
              }),
      refused("BatchTakenForDirections", "Reshape",
              [] {
                Start g;
                return g.ends(g.reshape(g.layer("GRU", "bidirectional")[0], {0, 0, -1}));
              }),
      exact("Merged",
            [] {
              Start g;
              return g.ends(g.both());
            }),
      exact("JoinedStates",
            [] {
              Start g;
              const auto h = g.layer("LSTM", "bidirectional")[1];
              return g.ends(
                  g.dense(g.concat({g.gather(h, 0, 0), g.gather(h, -1, 0)}, 1), 2 * kHidden, kClasses));
            }),
      exact("JoinedSplitStates",
            [] {
              Start g;
              const auto h =
                  g.nodes("Split", {g.layer("GRU", "bidirectional")[1]}, 2, {{"axis", std::int64_t{0}}});
              return g.ends(g.squeeze(g.concat({h[0], h[1]}, 2), {0}));
            }),
      exact("LastOfForwardFirstOfReverse",
            [] {
              Start g;
              const auto y = g.layer("GRU", "bidirectional")[0];
              return g.ends(g.concat({direction_of(g, y, 0, -1), direction_of(g, y, 1, 0)}, 1));
            }),
      exact("LastOfBoth",
            [] {
              Start g;
              const auto y = g.layer("GRU", "bidirectional")[0];
              return g.ends(g.concat({direction_of(g, y, 0, -1), direction_of(g, y, 1, -1)}, 1));
            }),
      refused("LastOfReverseFinalOfForward", "joins",
              [] {
                Start g;
                const auto y = g.layer("GRU", "bidirectional");
                return g.ends(g.concat({g.gather(y[1], 0, 0), direction_of(g, y[0], 1, -1)}, 1));
              }),
      refused("LastStepAndFinalState", "joins",
              [] {
                Start g;
                const auto y = g.layer("GRU", "bidirectional");
                return g.ends(g.concat({direction_of(g, y[0], 1, -1), g.gather(y[1], 1, 0)}, 1));
              }),
      refused("FirstOfForward", "last step",
              [] {
                Start g;
                const auto y = g.layer("GRU", "bidirectional")[0];
                return g.ends(g.concat({direction_of(g, y, 0, 0), direction_of(g, y, 1, 0)}, 1));
              }),
      refused("JoinedInOtherLayouts", "joins",
              [] {
                Start g;
                const auto y = g.layer("GRU", "bidirectional")[0];
                return g.ends(g.concat({g.gather(y, 0, 1), g.transpose(g.gather(y, 1, 1), {1, 0, 2})}, 2));
              }),
      refused("JoinedAlongTheBatch", "joins",
              [] {
                Start g;
                const auto h = g.layer("GRU", "bidirectional")[1];
                return g.ends(g.concat({g.gather(h, 0, 0), g.gather(h, 1, 0)}, 0));
              }),
      refused("JoinedWithTheInput", "joins",
              [] {
                Start g;
                return g.ends(g.concat({g.steps(), g.x}, 2));
              }),
      refused("SoftmaxBeforeMerging", "not merged",
              [] {
                Start g;
                const auto y = g.node("Softmax", {g.layer("GRU", "bidirectional")[0]});
                return g.ends(g.reshape(g.transpose(y, {0, 2, 1, 3}), {0, 0, 2 * kHidden}));
              }),
      refused("SoftmaxBeforeJoining", "only some directions",
              [] {
                Start g;
                const auto h = g.layer("GRU", "bidirectional")[1];
                return g.ends(g.concat(
                    {g.node("Softmax", {g.gather(h, 0, 0)}), g.node("Softmax", {g.gather(h, 1, 0)})}, 1));
              }),
      exact("TwoLayersJoined",
            [] {
              Start g;
              const auto y = g.layer("GRU", "bidirectional")[0];
              const auto first = g.concat({g.gather(y, 0, 1), g.gather(y, 1, 1)}, 2);
              const auto h = g.recurrent("LSTM", first, 2 * kHidden, kHidden, "bidirectional")[1];
              return g.ends(g.concat({g.gather(h, 0, 0), g.gather(h, 1, 0)}, 1));
            }),
  };
}

std::vector<Attack> axes() {
  return {
      refused("TimeForBatchBetweenLayers", "time axis",
              [] {
                Start g;
                return g.ends(g.recurrent("GRU", g.transpose(g.steps(), {1, 0, 2}), kHidden, kHidden)[1]);
              }),
      exact("BatchFirst",
            [] {
              Start g;
              g = Start();
              const auto y =
                  g.squeeze(g.recurrent("LSTM", g.transpose(g.x, {1, 0, 2}), kInputs, kHidden)[0], {1});
              return g.ends(g.dense(g.transpose(y, {1, 0, 2}), kHidden, kClasses));
            }),
      exact("BatchFirstWithoutTransposes",
            [] {
              Start g;
              return g.ends(g.dense(g.gather(g.steps(), -1, 0), kHidden, kClasses));
            }),
      refused("BatchFirstLastOfTheWrongAxis", "",
              [] {
                Start g;
                const auto y =
                    g.squeeze(g.recurrent("LSTM", g.transpose(g.x, {1, 0, 2}), kInputs, kHidden)[0], {1});
                return g.ends(g.gather(y, -1, 1));
              }),
      refused("TwiceTheSameAxis", "twice",
              [] {
                Start g;
                return g.ends(g.transpose(g.steps(), {0, 0, 2}));
              }),
      refused("FeaturesAsTime", "sequence of feature vectors",
              [] {
                Start g(17, {kHidden, -1, kHidden});
                return g.ends(g.recurrent("GRU", g.transpose(g.x, {2, 1, 0}), kHidden, kHidden)[1]);
              }),
      refused("SwappedByAReshape", "Reshape",
              [] {
                Start g(17, {4, 4, kInputs});
                return g.ends(g.recurrent("GRU", g.reshape(g.transpose(g.x, {1, 0, 2}), {-1, 4, 1}), kInputs,
                                          kHidden)[1]);
              }),
      refused("SwappedBySymbolicReshape", "Reshape",
              [] {
                Start g;
                const auto y = g.steps();
                const auto shape = g.node("Shape", {y});
                const auto d = [&](std::int64_t axis) {
                  return g.node("Gather", {shape, g.integers({axis})});
                };
                const auto z = g.node("Reshape", {y, g.concat({d(1), d(0), d(2)}, 0)});
                return g.ends(g.recurrent("GRU", z, kHidden, kHidden)[1]);
              }),
      refused("StepsSplitTheOtherWay", "Reshape",
              [] {
                Start g;
                const auto y = g.steps();
                const auto shape = g.node("Shape", {y});
                const auto d = [&](std::int64_t axis) {
                  return g.node("Gather", {shape, g.integers({axis})});
                };
                const auto flat = g.dense(g.reshape(y, {-1, kHidden}), kHidden, kClasses);
                return g.ends(g.node("Reshape", {flat, g.concat({d(1), d(0), g.integers({kClasses})}, 0)}));
              }),
      refused("TransposedStepsSplit", "Reshape",
              [] {
                Start g;
                const auto y = g.steps();
                const auto shape = g.node("Shape", {y});
                const auto d = [&](std::int64_t axis) {
                  return g.node("Gather", {shape, g.integers({axis})});
                };
                const auto flat = g.reshape(g.transpose(y, {1, 0, 2}), {-1, kHidden});
                return g.ends(g.recurrent(
                    "GRU", g.node("Reshape", {flat, g.concat({d(0), d(1), g.integers({kHidden})}, 0)}),
                    kHidden, kHidden)[1]);
              }),
      refused("StaticStepsSplitTheOtherWay", "Reshape",
              [] {
                Start g(17, {5, 3, kInputs});
                const auto flat = g.dense(g.reshape(g.steps(), {15, kHidden}), kHidden, kClasses);
                return g.ends(g.reshape(flat, {3, 5, kClasses}));
              }),
      exact("StepsMergedAndSplit",
            [] {
              Start g;
              const auto y = g.steps();
              const auto shape = g.node("Shape", {y});
              const auto d = [&](std::int64_t axis) { return g.node("Gather", {shape, g.integers({axis})}); };
              const auto flat = g.dense(g.reshape(y, {-1, kHidden}), kHidden, kClasses);
              return g.ends(g.node("Reshape", {flat, g.concat({d(0), d(1), g.integers({-1})}, 0)}));
            }),
      exact("StepsMergedByAProduct",
            [] {
              Start g;
              const auto y = g.steps();
              const auto shape = g.node("Shape", {y});
              const auto outer = g.slice(shape, 0, 2, 0);
              const auto size = g.node("ReduceProd", {outer});
              const auto flat = g.node("Reshape", {y, g.concat({size, g.integers({kHidden})}, 0)});
              return g.ends(g.node("Reshape", {g.dense(flat, kHidden, kClasses),
                                               g.concat({outer, g.integers({kClasses})}, 0)}));
            }),
      refused("StepsSplitByAGuess", "Reshape",
              [] {
                Start g;
                const auto flat = g.dense(g.reshape(g.steps(), {-1, kHidden}), kHidden, kClasses);
                return g.ends(g.reshape(flat, {-1, 4, kClasses}));
              }),
      refused("BatchMixedWithFeatures", "Reshape",
              [] {
                Start g;
                return g.ends(
                    g.dense(g.reshape(g.gather(g.steps(), -1, 0), {-1, 2 * kHidden}), 2 * kHidden, kClasses));
              }),
      refused("FeaturesSplit", "Reshape",
              [] {
                Start g;
                return g.ends(g.reshape(g.steps(), {0, 0, 2, 2}));
              }),
      refused("ShapeReversed", "steps",
              [] {
                Start g;
                const auto y = g.steps();
                const auto shape = g.node("Slice", {g.node("Shape", {y}), g.integers({-1}),
                                                    g.integers({-kEnd}), g.integers({0}), g.integers({-1})});
                return g.ends(g.node("Reshape", {y, shape}));
              }),
      refused("FeaturesNotLast", "last axis",
              [] {
                Start g;
                return g.ends(g.transpose(g.steps(), {0, 2, 1}));
              }),
      refused("SqueezedDynamicAxis", "size 1",
              [] {
                Start g;
                return g.ends(g.squeeze(g.gather(g.steps(), -1, 0), {0}));
              }),
      exact("OneDense",
            [] {
              Start g;
              return g.ends(g.squeeze(g.dense(g.gather(g.steps(), -1, 0), kHidden, 1), {1}));
            }),
      exact("DenseBeforeTheCell",
            [] {
              Start g;
              return g.ends(g.recurrent("GRU", g.node("Tanh", {g.dense(g.x, kInputs, 5)}), 5, kHidden)[1]);
            }),
      refused("LastStepOfTheWrongBatch", "",
              [] {
                Start g(17, {4, 4, kInputs});
                return g.ends(g.gather(g.steps(), 3, 1));
              }),
      exact("LastStepByItsNumber",
            [] {
              Start g(17, {4, 4, kInputs});
              return g.ends(g.gather(g.steps(), 3, 0));
            }),
      refused("NotTheLastByItsNumber", "",
              [] {
                Start g(17, {4, 4, kInputs});
                return g.ends(g.gather(g.steps(), 2, 0));
              }),
  };
}

std::vector<Attack> layers() {
  return {
      refused("Residual", "not constant",
              [] {
                Start g;
                const auto y = g.steps();
                const auto d = g.node("MatMul", {y, g.floats({kHidden, kHidden})});
                return g.ends(g.node("Add", {d, y}));
              }),
      refused("ResidualOfTheCells", "bias",
              [] {
                Start g;
                const auto y = g.steps();
                const auto z = g.squeeze(g.recurrent("GRU", y, kHidden, kHidden)[0], {1});
                return g.ends(g.node("Add", {z, y}));
              }),
      refused("Branch", "branch",
              [] {
                Start g;
                const auto y = g.steps();
                const auto z = g.squeeze(g.recurrent("GRU", y, kHidden, kHidden)[0], {1});
                return g.graph({g.dense(y, kHidden, kClasses), g.dense(z, kHidden, kClasses)});
              }),
      refused("BranchRoundABias", "",
              [] {
                Start g;
                const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
                const auto a = g.node("Add", {m, g.floats({kClasses})});
                const auto shape = g.node("Shape", {a});
                return g.ends(g.node("Reshape", {g.node("Tanh", {m}), shape}));
              }),
      refused("BranchBesideABias", "",
              [] {
                Start g;
                const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
                const auto a = g.node("Add", {m, g.floats({kClasses})});
                return g.ends(g.node("Reshape", {m, g.node("Shape", {a})}));
              }),
      refused("SecondBias", "bias",
              [] {
                Start g;
                return g.ends(g.node("Add", {g.dense(g.steps(), kHidden, kClasses), g.floats({kClasses})}));
              }),
      refused("BiasAfterTanh", "bias",
              [] {
                Start g;
                return g.ends(g.node(
                    "Add", {g.node("Tanh", {g.node("MatMul", {g.steps(), g.floats({kHidden, kClasses})})}),
                            g.floats({kClasses})}));
              }),
      refused("BiasOfTheCells", "bias",
              [] {
                Start g;
                return g.ends(g.node("Add", {g.steps(), g.floats({kHidden})}));
              }),
      refused("BiasAlongTheBatch", "no bias",
              [] {
                Start g(17, {-1, 4, kInputs});
                const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
                return g.ends(g.node("Add", {m, g.floats({4, 1})}));
              }),
      refused("BiasOfTransposed", "another axis",
              [] {
                Start g(17, {-1, 4, kInputs});
                const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
                return g.ends(g.transpose(g.node("Add", {g.transpose(m, {1, 0}), g.floats({4})}), {1, 0}));
              }),
      refused("BiasOfMoreAxes", "more axes",
              [] {
                Start g;
                const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
                return g.ends(g.node("Add", {m, g.floats({1, 1, kClasses})}));
              }),
      exact("ScalarBias",
            [] {
              Start g;
              const auto m = g.node("MatMul", {g.steps(), g.floats({kHidden, kClasses})});
              return g.ends(g.node("Add", {g.floats({}), m}));
            }),
      refused("MatMulOnTheLeft", "on the right",
              [] {
                Start g(17, {-1, 4, kInputs});
                return g.ends(g.node("MatMul", {g.floats({4, 4}), g.gather(g.steps(), -1, 0)}));
              }),
      refused("MatMulOfTransposed", "",
              [] {
                Start g(17, {-1, 4, kInputs});
                return g.ends(
                    g.node("MatMul", {g.transpose(g.gather(g.steps(), -1, 0), {1, 0}), g.floats({4, 4})}));
              }),
      refused("StackedMatrices", "constant matrix",
              [] {
                Start g;
                return g.ends(g.node("MatMul", {g.steps(), g.floats({1, kHidden, kClasses})}));
              }),
      refused("GemmAlpha", "alpha",
              [] {
                Start g;
                return g.ends(g.node("Gemm", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})},
                                     {{"alpha", 2.0F}}));
              }),
      refused("GemmBeta", "beta",
              [] {
                Start g;
                return g.ends(g.node(
                    "Gemm", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses}), g.floats({kClasses})},
                    {{"beta", 0.5F}}));
              }),
      refused("GemmTransposedData", "transA",
              [] {
                Start g(17, {-1, 4, kInputs});
                return g.ends(g.node("Gemm", {g.gather(g.steps(), -1, 0), g.floats({4, kClasses})},
                                     {{"transA", std::int64_t{1}}}));
              }),
      refused("GemmOfThreeAxes", "3 axes",
              [] {
                Start g;
                return g.ends(g.node("Gemm", {g.steps(), g.floats({kHidden, kClasses})}));
              }),
      refused("GemmBiasColumn", "bias",
              [] {
                Start g(17, {-1, 4, kInputs});
                return g.ends(g.node(
                    "Gemm", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses}), g.floats({4, 1})}));
              }),
      exact("GemmTransposed",
            [] {
              Start g;
              return g.ends(
                  g.node("Gemm",
                         {g.gather(g.steps(), -1, 0), g.floats({kClasses, kHidden}), g.floats({1, kClasses})},
                         {{"transB", std::int64_t{1}}}));
            }),
      refused("ActivationOfTheCells", "does not follow a dense",
              [] {
                Start g;
                return g.ends(g.node("Relu", {g.steps()}));
              }),
      refused("TwoActivations", "does not follow a dense",
              [] {
                Start g;
                return g.ends(g.node("Relu", {g.node("Tanh", {g.dense(g.steps(), kHidden, kClasses)})}));
              }),
      refused("ScaledInput", "Mul",
              [] {
                Start g;
                return g.ends(g.recurrent("GRU", g.node("Mul", {g.x, g.floats({1})}), kInputs, kHidden)[1]);
              }),
      refused("Subtraction", "Sub",
              [] {
                Start g;
                return g.ends(g.node("Sub", {g.node("MatMul", {g.steps(), g.floats({kHidden, kClasses})}),
                                             g.floats({kClasses})}));
              }),
      refused("SoftmaxOverTime", "another axis",
              [] {
                Start g;
                return g.ends(
                    g.node("Softmax", {g.dense(g.steps(), kHidden, kClasses)}, {{"axis", std::int64_t{0}}}));
              }),
      refused("SoftmaxOverTheBatch", "another axis",
              [] {
                Start g;
                return g.ends(g.transpose(
                    g.node("Softmax",
                           {g.transpose(g.dense(g.gather(g.steps(), -1, 0), kHidden, kClasses), {1, 0})}),
                    {1, 0}));
              }),
      refused("OldSoftmaxOverTwoAxes", "another axis",
              [] {
                Start g(11);
                return g.ends(g.node(
                    "Softmax",
                    {g.dense(g.node("Squeeze", {g.layer()[0]}, {{"axes", Integers{1}}}), kHidden, kClasses)},
                    {{"axis", std::int64_t{1}}}));
              }),
      refused("SoftmaxBeforeALayer", "very end",
              [] {
                Start g;
                return g.ends(g.recurrent("GRU", g.node("Softmax", {g.steps()}), kHidden, kHidden)[1]);
              }),
      refused("DenseAfterSoftmax", "very end",
              [] {
                Start g;
                return g.ends(g.dense(g.node("Softmax", {g.steps()}), kHidden, kClasses));
              }),
      refused("TanhAfterSoftmax", "",
              [] {
                Start g;
                return g.ends(g.node("Tanh", {g.node("Softmax", {g.dense(g.steps(), kHidden, kClasses)})}));
              }),
      refused(
          "TwoOutputFunctions", "follows a",
          [] {
            Start g;
            return g.ends(g.node("ArgMax", {g.node("Softmax", {g.steps()})}, {{"axis", std::int64_t{-1}}}));
          }),
      refused("ArgMaxOfTime", "another axis",
              [] {
                Start g;
                return g.ends(g.node("ArgMax", {g.dense(g.steps(), kHidden, kClasses)}));
              }),
      exact("ArgMaxOfEveryStep",
            [] {
              Start g;
              return g.ends(g.node("ArgMax", {g.dense(g.steps(), kHidden, kClasses)},
                                   {{"axis", std::int64_t{2}}, {"keepdims", std::int64_t{0}}}));
            }),
      refused("ArgMaxLastIndex", "select_last_index",
              [] {
                Start g;
                return g.ends(g.node("ArgMax", {g.steps()},
                                     {{"axis", std::int64_t{2}}, {"select_last_index", std::int64_t{1}}}));
              }),
      exact("SoftmaxThenLastStep",
            [] {
              Start g;
              return g.ends(g.gather(g.node("Softmax", {g.dense(g.steps(), kHidden, kClasses)}), -1, 0));
            }),
      refused("CastToHalf", "Cast",
              [] {
                Start g;
                return g.ends(g.node("Cast", {g.steps()}, {{"to", std::int64_t{10}}}));
              }),
      refused("CastToInteger", "Cast",
              [] {
                Start g;
                return g.ends(g.node("Cast", {g.steps()}, {{"to", std::int64_t{7}}}));
              }),
      refused("EmbeddingOfNumbers", "Cast",
              [] {
                Start g(17, {-1, -1, 1});
                const auto tokens = g.node("Cast", {g.squeeze(g.x, {2})}, {{"to", std::int64_t{7}}});
                return g.ends(g.recurrent("GRU", g.node("Gather", {g.floats({9, kInputs}), tokens}), kInputs,
                                          kHidden)[1]);
              }),
      refused("DropoutInTraining", "training",
              [] {
                Start g;
                const auto on = g.integers({}, {1});
                return g.ends(g.node("Dropout", {g.steps(), g.floats({}), on}));
              }),
  };
}

std::vector<Attack> states() {
  return {
      refused("StateOfTheFirstLayer", "last layer",
              [] {
                Start g;
                const auto first = g.layer();
                const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
                return g.graph({g.squeeze(first[1], {0}), second[1]});
              }),
      refused("DenseOnTheFirstState", "",
              [] {
                Start g;
                const auto first = g.layer();
                const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
                return g.graph({g.dense(g.squeeze(first[1], {0}), kHidden, kClasses), second[1]});
              }),
      refused("DenseOnTheFirstStateOfAStack", "branch",
              [] {
                Start g;
                const auto first = g.layer();
                const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
                const auto stack = g.concat({first[1], second[1]}, 0);
                return g.ends(g.dense(g.gather(stack, 0, 0), kHidden, kClasses));
              }),
      exact("DenseOnTheLastStateOfAStack",
            [] {
              Start g;
              const auto first = g.layer();
              const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
              const auto stack = g.concat({first[1], second[1]}, 0);
              return g.ends(g.dense(g.gather(stack, -1, 0), kHidden, kClasses));
            }),
      refused("StackAlongTheFeatures", "one above the other",
              [] {
                Start g;
                const auto first = g.layer();
                const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
                const auto stack = g.concat({first[1], second[1]}, 2);
                return g.ends(g.gather(stack, -1, 0));
              }),
      refused("StackSlicedAlongTheBatch", "",
              [] {
                Start g;
                const auto first = g.layer();
                const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
                const auto stack = g.concat({first[1], second[1]}, 0);
                return g.ends(g.slice(stack, -1, kEnd, 1));
              }),
      refused("StackBeyondItsEnd", "",
              [] {
                Start g;
                const auto first = g.layer();
                const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
                const auto stack = g.concat({first[1], second[1]}, 0);
                return g.ends(g.gather(stack, 2, 0));
              }),
      refused("CellState", "recurrent state",
              [] {
                Start g;
                return g.ends(g.dense(g.squeeze(g.layer("LSTM")[2], {0}), kHidden, kClasses));
              }),
      refused("CellStateIsAllThereIs", "no output besides",
              [] {
                Start g;
                return g.ends(g.layer("LSTM")[2]);
              }),
      refused("MergedCellStates", "recurrent state",
              [] {
                Start g;
                const auto c =
                    g.reshape(g.transpose(g.layer("LSTM", "bidirectional")[2], {1, 0, 2}), {-1, 2 * kHidden});
                return g.ends(g.dense(c, 2 * kHidden, kClasses));
              }),
      refused("JoinedCellStates", "recurrent state",
              [] {
                Start g;
                const auto c = g.layer("LSTM", "bidirectional")[2];
                return g.ends(
                    g.dense(g.concat({g.gather(c, 0, 0), g.gather(c, 1, 0)}, 1), 2 * kHidden, kClasses));
              }),
      refused("SqueezeOfWhateverIsOne", "means something else",
              [] {
                Start g;
                return g.ends(g.node("Squeeze", {g.gather(g.layer()[0], -1, 0)}));
              }),
      refused("CellStateForHidden", "",
              [] {
                Start g;
                const auto l = g.layer("LSTM", "bidirectional");
                return g.ends(g.concat({g.gather(l[1], 0, 0), g.gather(l[2], 1, 0)}, 1));
              }),
      refused("StateForTheNextLayer", "initial state",
              [] {
                Start g;
                const auto first = g.layer("LSTM");
                return g.ends(g.recurrent("LSTM", g.squeeze(first[0], {1}), kHidden, kHidden, "forward",
                                          {first[1], first[2]})[1]);
              }),
      refused("CellForTheNextLayer", "initial state",
              [] {
                Start g;
                const auto first = g.layer("LSTM");
                return g.ends(g.recurrent("LSTM", g.squeeze(first[0], {1}), kHidden, kHidden, "forward",
                                          {"", first[2]})[1]);
              }),
      refused("InitialStateOfOnes", "ConstantOfShape",
              [] {
                Start g;
                const auto shape =
                    g.concat({g.integers({1}), g.node("Gather", {g.node("Shape", {g.x}), g.integers({1})}),
                              g.integers({kHidden})},
                             0);
                const auto ones =
                    g.node("ConstantOfShape", {shape}, {{"value", Tensor{{1}, std::vector<float>{1}}}});
                return g.ends(g.recurrent("GRU", g.x, kInputs, kHidden, "forward", {ones})[1]);
              }),
      exact("InitialStateOfZeros",
            [] {
              Start g;
              const auto shape =
                  g.concat({g.integers({1}), g.node("Gather", {g.node("Shape", {g.x}), g.integers({1})}),
                            g.integers({kHidden})},
                           0);
              const auto zeros = g.node("ConstantOfShape", {shape});
              return g.ends(g.recurrent("GRU", g.x, kInputs, kHidden, "forward", {zeros})[1]);
            }),
      refused("InitialStateFromTheData", "",
              [] {
                Start g(17, {-1, -1, kHidden});
                return g.ends(
                    g.recurrent("GRU", g.x, kHidden, kHidden, "forward", {g.slice(g.x, 0, 1, 0)})[1]);
              }),
      refused("LearnedInitialState", "Expand",
              [] {
                Start g;
                const auto shape =
                    g.concat({g.integers({1}), g.node("Gather", {g.node("Shape", {g.x}), g.integers({1})}),
                              g.integers({kHidden})},
                             0);
                return g.ends(g.recurrent("GRU", g.x, kInputs, kHidden, "forward",
                                          {g.node("Expand", {g.floats({1, 1, kHidden}), shape})})[1]);
              }),
      refused("StateOutputWithArithmetic", "",
              [] {
                Start g;
                const auto l = g.layer();
                return g.graph({g.steps(), g.node("Relu", {l[1]})});
              }),
      refused("ShapeAsOutput", "not computed",
              [] {
                Start g;
                const auto y = g.steps();
                return g.graph({y, g.node("Shape", {y})});
              }),
      refused("TwoOutputs", "one output besides",
              [] {
                Start g;
                const auto y = g.steps();
                return g.graph({y, g.gather(y, -1, 0)});
              }),
      refused("NoCell", "no LSTM, GRU or RNN",
              [] {
                Start g;
                return g.ends(g.dense(g.x, kInputs, kClasses));
              }),
  };
}

/// Two GRU layers whose states come from and go to one tensor each, in the orders given.
Graph stream(std::int64_t first_in, std::int64_t second_in, bool swap_out, bool pass_on = false) {
  Start g;
  const auto h0 = g.input("h0", {2, -1, kHidden});
  const auto part = [&](std::int64_t index) { return g.slice(h0, index, index + 1, 0); };
  const auto first = g.recurrent("GRU", g.x, kInputs, kHidden, "forward", {part(first_in)});
  const auto second =
      g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden, "forward", {part(second_in)});
  const auto hn = pass_on    ? g.node("Identity", {h0})
                  : swap_out ? g.concat({second[1], first[1]}, 0)
                             : g.concat({first[1], second[1]}, 0);
  return g.graph({g.dense(g.squeeze(second[0], {1}), kHidden, kClasses), hn});
}

std::vector<Attack> streams() {
  return {
      exact("Stream", [] { return stream(0, 1, false); }),
      refused("StreamSwappedIn", "same states", [] { return stream(1, 0, false); }),
      refused("StreamSwappedOut", "same states", [] { return stream(0, 1, true); }),
      refused("StreamOneStateTwice", "starts two cells", [] { return stream(0, 0, false); }),
      refused("StreamPassesItsInputOn", "passes a state input on", [] { return stream(0, 1, false, true); }),
      refused("StreamOfHiddenOnly", "all or none",
              [] {
                Start g;
                const auto h0 = g.input("h0", {1, -1, kHidden});
                const auto l = g.recurrent("LSTM", g.x, kInputs, kHidden, "forward", {h0});
                return g.graph({g.squeeze(l[0], {1}), l[1]});
              }),
      refused("StreamTurnedStates", "",
              [] {
                Start g(17, {-1, 2, kInputs});
                const auto h0 = g.input("h0", {2, 2, kHidden});
                const auto l =
                    g.recurrent("GRU", g.x, kInputs, kHidden, "bidirectional", {g.transpose(h0, {1, 0, 2})});
                return g.graph({g.reshape(g.transpose(l[0], {0, 2, 1, 3}), {0, 0, 2 * kHidden}), l[1]});
              }),
      refused("StreamScaledState", "",
              [] {
                Start g;
                const auto h0 = g.input("h0", {1, -1, kHidden});
                const auto l = g.recurrent("GRU", g.x, kInputs, kHidden, "forward", {g.node("Tanh", {h0})});
                return g.graph({g.squeeze(l[0], {1}), l[1]});
              }),
      exact("StateOfTwoAxes",
            [] {
              Start g;
              const auto h0 = g.input("h0", {-1, kHidden});
              const auto l = g.recurrent("GRU", g.x, kInputs, kHidden, "forward", {g.unsqueeze(h0, {0})});
              return g.graph({g.squeeze(l[0], {1}), g.squeeze(l[1], {0})});
            }),
  };
}

std::vector<Attack> all_attacks() {
  std::vector<Attack> all;
  for (const auto& family : {picking(), directions(), axes(), layers(), states(), streams()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

// "" where lowered and executed outputs are the same at these sizes, or the executor cannot run them.
std::string difference_at(const Network& network, const Graph& graph, const Shape& sizes, int& runs) {
  const auto inputs = agreement::random_inputs(graph, sizes, 9, 1);
  const auto expected = Executor(graph).run(inputs);
  if (!expected) return "";
  ++runs;
  return agreement::difference(network, graph, inputs, *expected, 1e-5);
}

class Attacks : public testing::TestWithParam<Attack> {};

TEST_P(Attacks, AreRefusedOrComputedExactly) {
  Graph graph = GetParam().build();
  const auto folded = fold_constants(graph);
  ASSERT_TRUE(folded) << folded.error().message;
  ASSERT_TRUE(fold_initial_states(graph));
  const auto network = lower(graph);
  if (GetParam().verdict == Verdict::Refused) {
    ASSERT_FALSE(network);
    EXPECT_NE(network.error().message.find(GetParam().reason), std::string::npos) << network.error().message;
    return;
  }
  ASSERT_TRUE(network) << network.error().message;
  int runs = 0;
  for (const Shape& sizes : {Shape{5, 3, 0}, Shape{4, 4, 0}, Shape{1, 2, 0}, Shape{2, 1, 0}})
    EXPECT_EQ(difference_at(*network, graph, sizes, runs), "");
  EXPECT_GT(runs, 0);
}

INSTANTIATE_TEST_SUITE_P(All, Attacks, testing::ValuesIn(all_attacks()),
                         [](const auto& attack) { return std::string(attack.param.name); });

}  // namespace
}  // namespace fixgate
