// Attacks by steps picked, directions joined, and axes moved or merged.
#include "networks/attack.h"

namespace fixgate::attacks {
namespace {

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
      refused("SqueezedAxesComputedFromAShape", "axes are not constant",
              [] {
                Start g(17, {-1, 1, kInputs});
                const auto axes = g.node("Shape", {g.x}, {{"end", std::int64_t{1}}});
                return g.ends(g.node("Squeeze", {g.layer()[0], axes}));
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

class AxisAttacks : public testing::TestWithParam<Attack> {};

TEST_P(AxisAttacks, AreRefusedOrComputedExactly) {
  judge(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Built, AxisAttacks, testing::ValuesIn(joined({picking(), directions(), axes()})),
                         name_of);

}  // namespace
}  // namespace fixgate::attacks
