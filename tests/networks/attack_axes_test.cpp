// Attacks by steps picked, directions joined, and axes moved or merged.
#include "networks/attack.h"

namespace fixgate::attacks {
namespace {

std::vector<Attack> picking() {
  return {
      exact("FirstStep",
            [] {
              Start g;
              return g.ends(g.dense(g.gather(g.steps(), 0, 0), kHidden, kClasses));
            }),
      exact("LastButOne",
            [] {
              Start g;
              return g.ends(g.dense(g.gather(g.steps(), -2, 0), kHidden, kClasses));
            }),
      exact("LastStep",
            [] {
              Start g;
              return g.ends(g.dense(g.gather(g.steps(), -1, 0), kHidden, kClasses));
            }),
      exact("OneOfTheBatch",
            [] {
              Start g;
              return g.ends(g.gather(g.steps(), -1, 1));
            }),
      exact("OneFeature",
            [] {
              Start g;
              return g.ends(g.gather(g.steps(), -1, 2));
            }),
      exact("AllButTheLast",
            [] {
              Start g;
              return g.ends(g.slice(g.steps(), 0, -1, 0));
            }),
      exact("LastTwo",
            [] {
              Start g;
              return g.ends(g.slice(g.steps(), -2, kEnd, 0));
            }),
      exact("EverySecond",
            [] {
              Start g;
              return g.ends(g.slice(g.steps(), 0, kEnd, 0, 2));
            }),
      refused("Backwards", "what the graph computes depends on the number of steps other",
              [] {
                Start g;
                return g.ends(g.slice(g.steps(), -1, -kEnd, 0, -1));
              }),
      exact("EndInTheMiddle",
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
      exact("ReverseFirstStepOfDense",
            [] {
              Start g;
              return g.ends(g.gather(g.dense(g.steps("GRU", "reverse"), kHidden, kClasses), 0, 0));
            }),
      exact("LastStepOfTheInput",
            [] {
              Start g;
              return g.ends(g.dense(g.gather(g.x, -1, 0), kInputs, kClasses));
            }),
      refused(
          "SeveralIndices", "its shape holds 8 elements, and it has 4",
          [] {
            Start g;
            return g.ends(g.node("Gather", {g.steps(), g.integers({-1, -1})}, {{"axis", std::int64_t{0}}}));
          }),
      exact("IndexOfRankTwo",
            [] {
              Start g;
              return g.ends(
                  g.node("Gather", {g.steps(), g.integers({1, 1}, {-1})}, {{"axis", std::int64_t{0}}}));
            }),
      refused("BeyondTheDirections", "index 2 is outside a dimension of 2",
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
      exact("SwappedStates",
            [] {
              Start g;
              const auto h = g.layer("GRU", "bidirectional")[1];
              return g.ends(g.concat({g.gather(h, 1, 0), g.gather(h, 0, 0)}, 1));
            }),
      exact("SwappedSteps",
            [] {
              Start g;
              const auto y = g.layer("GRU", "bidirectional")[0];
              return g.ends(g.concat({g.gather(y, 1, 1), g.gather(y, 0, 1)}, 2));
            }),
      exact("SameStateTwice",
            [] {
              Start g;
              const auto h = g.layer("GRU", "bidirectional")[1];
              return g.ends(g.concat({g.gather(h, 0, 0), g.gather(h, 0, 0)}, 1));
            }),
      exact("OnlyForward",
            [] {
              Start g;
              return g.ends(g.gather(g.layer("GRU", "bidirectional")[0], 0, 1));
            }),
      exact("OnlyReverseState",
            [] {
              Start g;
              return g.ends(g.dense(g.gather(g.layer("GRU", "bidirectional")[1], 1, 0), kHidden, kClasses));
            }),
      exact("OnlyOneReadByALayer",
            [] {
              Start g;
              return g.ends(g.recurrent("GRU", g.gather(g.layer("GRU", "bidirectional")[0], 0, 1), kHidden,
                                        kHidden)[1]);
            }),
      exact("NotMerged",
            [] {
              Start g;
              return g.ends(g.layer("GRU", "bidirectional")[0]);
            }),
      exact("MergedFeaturesFirst",
            [] {
              Start g;
              return g.ends(g.reshape(g.transpose(g.layer("GRU", "bidirectional")[0], {0, 2, 3, 1}),
                                      {0, 0, 2 * kHidden}));
            }),
      exact("DirectionsLast",
            [] {
              Start g;
              return g.ends(g.transpose(g.layer("GRU", "bidirectional")[0], {0, 2, 3, 1}));
            }),
      exact("MergedWithTheBatch",
            [] {
              Start g;
              return g.ends(g.reshape(g.layer("GRU", "bidirectional")[0], {0, -1, 2 * kHidden}));
            }),
      exact("BatchTakenForDirections",
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
      exact("LastOfReverseFinalOfForward",
            [] {
              Start g;
              const auto y = g.layer("GRU", "bidirectional");
              return g.ends(g.concat({g.gather(y[1], 0, 0), direction_of(g, y[0], 1, -1)}, 1));
            }),
      exact("LastStepAndFinalState",
            [] {
              Start g;
              const auto y = g.layer("GRU", "bidirectional");
              return g.ends(g.concat({direction_of(g, y[0], 1, -1), g.gather(y[1], 1, 0)}, 1));
            }),
      exact("FirstOfForward",
            [] {
              Start g;
              const auto y = g.layer("GRU", "bidirectional")[0];
              return g.ends(g.concat({direction_of(g, y, 0, 0), direction_of(g, y, 1, 0)}, 1));
            }),
      refused("JoinedInOtherLayouts", "shapes [37, 1, 4] and [1, 37, 4] do not fit together",
              [] {
                Start g;
                const auto y = g.layer("GRU", "bidirectional")[0];
                return g.ends(g.concat({g.gather(y, 0, 1), g.transpose(g.gather(y, 1, 1), {1, 0, 2})}, 2));
              }),
      exact("JoinedAlongTheBatch",
            [] {
              Start g;
              const auto h = g.layer("GRU", "bidirectional")[1];
              return g.ends(g.concat({g.gather(h, 0, 0), g.gather(h, 1, 0)}, 0));
            }),
      exact("JoinedWithTheInput",
            [] {
              Start g;
              return g.ends(g.concat({g.steps(), g.x}, 2));
            }),
      refused("SoftmaxBeforeMerging", "over another axis than that of the features is not supported",
              [] {
                Start g;
                const auto y = g.node("Softmax", {g.layer("GRU", "bidirectional")[0]});
                return g.ends(g.reshape(g.transpose(y, {0, 2, 1, 3}), {0, 0, 2 * kHidden}));
              }),
      refused("SoftmaxBeforeJoining", "follows a Softmax, which is supported at the very end only",
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
      exact("TimeForBatchBetweenLayers",
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
      exact("BatchFirstLastOfTheWrongAxis",
            [] {
              Start g;
              const auto y =
                  g.squeeze(g.recurrent("LSTM", g.transpose(g.x, {1, 0, 2}), kInputs, kHidden)[0], {1});
              return g.ends(g.gather(y, -1, 1));
            }),
      refused("TwiceTheSameAxis", "perm [0, 0, 2] is not an order of the 3 dimensions",
              [] {
                Start g;
                return g.ends(g.transpose(g.steps(), {0, 0, 2}));
              }),
      exact("FeaturesAsTime",
            [] {
              Start g(17, {kHidden, -1, kHidden});
              return g.ends(g.recurrent("GRU", g.transpose(g.x, {2, 1, 0}), kHidden, kHidden)[1]);
            }),
      refused("SwappedByAReshape", "input W has shape [1, 12, 3], not [1, 12, 1] (GRU, forward,",
              [] {
                Start g(17, {4, 4, kInputs});
                return g.ends(g.recurrent("GRU", g.reshape(g.transpose(g.x, {1, 0, 2}), {-1, 4, 1}), kInputs,
                                          kHidden)[1]);
              }),
      exact("SwappedBySymbolicReshape",
            [] {
              Start g;
              const auto y = g.steps();
              const auto shape = g.node("Shape", {y});
              const auto d = [&](std::int64_t axis) { return g.node("Gather", {shape, g.integers({axis})}); };
              const auto z = g.node("Reshape", {y, g.concat({d(1), d(0), d(2)}, 0)});
              return g.ends(g.recurrent("GRU", z, kHidden, kHidden)[1]);
            }),
      exact("StepsSplitTheOtherWay",
            [] {
              Start g;
              const auto y = g.steps();
              const auto shape = g.node("Shape", {y});
              const auto d = [&](std::int64_t axis) { return g.node("Gather", {shape, g.integers({axis})}); };
              const auto flat = g.dense(g.reshape(y, {-1, kHidden}), kHidden, kClasses);
              return g.ends(g.node("Reshape", {flat, g.concat({d(1), d(0), g.integers({kClasses})}, 0)}));
            }),
      exact("TransposedStepsSplit",
            [] {
              Start g;
              const auto y = g.steps();
              const auto shape = g.node("Shape", {y});
              const auto d = [&](std::int64_t axis) { return g.node("Gather", {shape, g.integers({axis})}); };
              const auto flat = g.reshape(g.transpose(y, {1, 0, 2}), {-1, kHidden});
              return g.ends(g.recurrent(
                  "GRU", g.node("Reshape", {flat, g.concat({d(0), d(1), g.integers({kHidden})}, 0)}), kHidden,
                  kHidden)[1]);
            }),
      exact("StaticStepsSplitTheOtherWay",
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
      refused("StepsSplitByAGuess", "148 elements do not divide into the wanted shape",
              [] {
                Start g;
                const auto flat = g.dense(g.reshape(g.steps(), {-1, kHidden}), kHidden, kClasses);
                return g.ends(g.reshape(flat, {-1, 4, kClasses}));
              }),
      refused("BatchMixedWithFeatures", "4 elements do not divide into the wanted shape",
              [] {
                Start g;
                return g.ends(
                    g.dense(g.reshape(g.gather(g.steps(), -1, 0), {-1, 2 * kHidden}), 2 * kHidden, kClasses));
              }),
      exact("FeaturesSplit",
            [] {
              Start g;
              return g.ends(g.reshape(g.steps(), {0, 0, 2, 2}));
            }),
      refused("ShapeReversed", "what the graph computes depends on the number of steps other",
              [] {
                Start g;
                const auto y = g.steps();
                const auto shape = g.node("Slice", {g.node("Shape", {y}), g.integers({-1}),
                                                    g.integers({-kEnd}), g.integers({0}), g.integers({-1})});
                return g.ends(g.node("Reshape", {y, shape}));
              }),
      exact("FeaturesNotLast",
            [] {
              Start g;
              return g.ends(g.transpose(g.steps(), {0, 2, 1}));
            }),
      refused("SqueezedAxesComputedFromAShape", "axis 37 is outside a tensor of rank 4",
              [] {
                Start g(17, {-1, 1, kInputs});
                const auto axes = g.node("Shape", {g.x}, {{"end", std::int64_t{1}}});
                return g.ends(g.node("Squeeze", {g.layer()[0], axes}));
              }),
      exact("SqueezedDynamicAxis",
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
      exact("LastStepOfTheWrongBatch",
            [] {
              Start g(17, {4, 4, kInputs});
              return g.ends(g.gather(g.steps(), 3, 1));
            }),
      exact("LastStepByItsNumber",
            [] {
              Start g(17, {4, 4, kInputs});
              return g.ends(g.gather(g.steps(), 3, 0));
            }),
      exact("NotTheLastByItsNumber",
            [] {
              Start g(17, {4, 4, kInputs});
              return g.ends(g.gather(g.steps(), 2, 0));
            }),
  };
}

class AxisAttacks : public testing::TestWithParam<Attack> {};

TEST_P(AxisAttacks, AreRefusedOrComputedExactly) {
  judge(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Built, AxisAttacks, testing::ValuesIn(joined({picking(), directions(), axes()})),
                         name_of);

}  // namespace
}  // namespace fixgate::attacks
