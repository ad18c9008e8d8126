// Attacks by arithmetic between the layers, by states of cells, and by streams.
#include "networks/attack.h"

namespace fixgate::attacks {
namespace {

std::vector<Attack> layers() {
  return {
      exact("Residual",
            [] {
              Start g;
              const auto y = g.steps();
              const auto d = g.node("MatMul", {y, g.floats({kHidden, kHidden})});
              return g.ends(g.node("Add", {d, y}));
            }),
      exact("ResidualOfTheCells",
            [] {
              Start g;
              const auto y = g.steps();
              const auto z = g.squeeze(g.recurrent("GRU", y, kHidden, kHidden)[0], {1});
              return g.ends(g.node("Add", {z, y}));
            }),
      exact("Branch",
            [] {
              Start g;
              const auto y = g.steps();
              const auto z = g.squeeze(g.recurrent("GRU", y, kHidden, kHidden)[0], {1});
              return g.graph({g.dense(y, kHidden, kClasses), g.dense(z, kHidden, kClasses)});
            }),
      exact("BranchRoundABias",
            [] {
              Start g;
              const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
              const auto a = g.node("Add", {m, g.floats({kClasses})});
              const auto shape = g.node("Shape", {a});
              return g.ends(g.node("Reshape", {g.node("Tanh", {m}), shape}));
            }),
      exact("BranchBesideABias",
            [] {
              Start g;
              const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
              const auto a = g.node("Add", {m, g.floats({kClasses})});
              return g.ends(g.node("Reshape", {m, g.node("Shape", {a})}));
            }),
      exact("SecondBias",
            [] {
              Start g;
              return g.ends(g.node("Add", {g.dense(g.steps(), kHidden, kClasses), g.floats({kClasses})}));
            }),
      exact("BiasAfterTanh",
            [] {
              Start g;
              return g.ends(g.node(
                  "Add", {g.node("Tanh", {g.node("MatMul", {g.steps(), g.floats({kHidden, kClasses})})}),
                          g.floats({kClasses})}));
            }),
      exact("BiasOfTheCells",
            [] {
              Start g;
              return g.ends(g.node("Add", {g.steps(), g.floats({kHidden})}));
            }),
      exact("BiasAlongTheBatch",
            [] {
              Start g(17, {-1, 4, kInputs});
              const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
              return g.ends(g.node("Add", {m, g.floats({4, 1})}));
            }),
      exact("BiasOfTransposed",
            [] {
              Start g(17, {-1, 4, kInputs});
              const auto m = g.node("MatMul", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})});
              return g.ends(g.transpose(g.node("Add", {g.transpose(m, {1, 0}), g.floats({4})}), {1, 0}));
            }),
      exact("BiasOfMoreAxes",
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
      exact("MatMulOnTheLeft",
            [] {
              Start g(17, {-1, 4, kInputs});
              return g.ends(g.node("MatMul", {g.floats({4, 4}), g.gather(g.steps(), -1, 0)}));
            }),
      exact("MatMulOfTransposed",
            [] {
              Start g(17, {-1, 4, kInputs});
              return g.ends(
                  g.node("MatMul", {g.transpose(g.gather(g.steps(), -1, 0), {1, 0}), g.floats({4, 4})}));
            }),
      exact("StackedMatrices",
            [] {
              Start g;
              return g.ends(g.node("MatMul", {g.steps(), g.floats({1, kHidden, kClasses})}));
            }),
      exact("GemmAlpha",
            [] {
              Start g;
              return g.ends(g.node("Gemm", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses})},
                                   {{"alpha", 2.0F}}));
            }),
      exact("GemmBeta",
            [] {
              Start g;
              return g.ends(g.node(
                  "Gemm", {g.gather(g.steps(), -1, 0), g.floats({kHidden, kClasses}), g.floats({kClasses})},
                  {{"beta", 0.5F}}));
            }),
      refused("GemmTransposedData", "transA is not supported",
              [] {
                Start g(17, {-1, 4, kInputs});
                return g.ends(g.node("Gemm", {g.gather(g.steps(), -1, 0), g.floats({4, kClasses})},
                                     {{"transA", std::int64_t{1}}}));
              }),
      refused("GemmOfThreeAxes", "its input has 3 axes, not 2",
              [] {
                Start g;
                return g.ends(g.node("Gemm", {g.steps(), g.floats({kHidden, kClasses})}));
              }),
      refused("GemmBiasColumn", "a bias that differs from row to row is not supported",
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
      exact("ActivationOfTheCells",
            [] {
              Start g;
              return g.ends(g.node("Relu", {g.steps()}));
            }),
      exact("TwoActivations",
            [] {
              Start g;
              return g.ends(g.node("Relu", {g.node("Tanh", {g.dense(g.steps(), kHidden, kClasses)})}));
            }),
      exact("ScaledInput",
            [] {
              Start g;
              return g.ends(g.recurrent("GRU", g.node("Mul", {g.x, g.floats({1})}), kInputs, kHidden)[1]);
            }),
      exact("Subtraction",
            [] {
              Start g;
              return g.ends(g.node("Sub", {g.node("MatMul", {g.steps(), g.floats({kHidden, kClasses})}),
                                           g.floats({kClasses})}));
            }),
      refused("SoftmaxOverTime", "over the steps or sequences is not supported",
              [] {
                Start g;
                return g.ends(
                    g.node("Softmax", {g.dense(g.steps(), kHidden, kClasses)}, {{"axis", std::int64_t{0}}}));
              }),
      refused("SoftmaxOverTheBatch", "over another axis than that of the features is not supported",
              [] {
                Start g;
                return g.ends(g.transpose(
                    g.node("Softmax",
                           {g.transpose(g.dense(g.gather(g.steps(), -1, 0), kHidden, kClasses), {1, 0})}),
                    {1, 0}));
              }),
      exact("OldSoftmaxOverTwoAxes",
            [] {
              Start g(11);
              return g.ends(g.node(
                  "Softmax",
                  {g.dense(g.node("Squeeze", {g.layer()[0]}, {{"axes", Integers{1}}}), kHidden, kClasses)},
                  {{"axis", std::int64_t{1}}}));
            }),
      refused("SoftmaxBeforeALayer", "follows a Softmax, which is supported at the very end only",
              [] {
                Start g;
                return g.ends(g.recurrent("GRU", g.node("Softmax", {g.steps()}), kHidden, kHidden)[1]);
              }),
      refused("DenseAfterSoftmax", "follows a Softmax, which is supported at the very end only",
              [] {
                Start g;
                return g.ends(g.dense(g.node("Softmax", {g.steps()}), kHidden, kClasses));
              }),
      refused("TanhAfterSoftmax", "follows a Softmax, which is supported at the very end only",
              [] {
                Start g;
                return g.ends(g.node("Tanh", {g.node("Softmax", {g.dense(g.steps(), kHidden, kClasses)})}));
              }),
      exact("TwoOutputFunctions",
            [] {
              Start g;
              return g.ends(g.node("ArgMax", {g.node("Softmax", {g.steps()})}, {{"axis", std::int64_t{-1}}}));
            }),
      refused("ArgMaxOfTime", "over the steps or sequences is not supported",
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
      refused("ArgMaxLastIndex", "attribute 'select_last_index' is not supported",
              [] {
                Start g;
                return g.ends(g.node("ArgMax", {g.steps()},
                                     {{"axis", std::int64_t{2}}, {"select_last_index", std::int64_t{1}}}));
              }),
      refused("SoftmaxThenLastStep", "follows a Softmax",
              [] {
                Start g;
                return g.ends(g.gather(g.node("Softmax", {g.dense(g.steps(), kHidden, kClasses)}), -1, 0));
              }),
      exact_within(1e-3, "CastToHalf",
                   [] {
                     Start g;
                     return g.ends(g.node("Cast", {g.steps()}, {{"to", std::int64_t{10}}}));
                   }),
      refused("CastToInteger", "real numbers that become whole ones are not supported",
              [] {
                Start g;
                return g.ends(g.node("Cast", {g.steps()}, {{"to", std::int64_t{7}}}));
              }),
      refused("EmbeddingOfNumbers", "real numbers that become whole ones are not supported",
              [] {
                Start g(17, {-1, -1, 1});
                const auto tokens = g.node("Cast", {g.squeeze(g.x, {2})}, {{"to", std::int64_t{7}}});
                return g.ends(g.recurrent("GRU", g.node("Gather", {g.floats({9, kInputs}), tokens}), kInputs,
                                          kHidden)[1]);
              }),
      refused("DropoutInTraining", "training mode",
              [] {
                Start g;
                const auto on = g.integers({}, {1});
                return g.ends(g.node("Dropout", {g.steps(), g.floats({}), on}));
              }),
  };
}

std::vector<Attack> states() {
  return {
      exact("StateOfTheFirstLayer",
            [] {
              Start g;
              const auto first = g.layer();
              const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
              return g.graph({g.squeeze(first[1], {0}), second[1]});
            }),
      exact("DenseOnTheFirstState",
            [] {
              Start g;
              const auto first = g.layer();
              const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
              return g.graph({g.dense(g.squeeze(first[1], {0}), kHidden, kClasses), second[1]});
            }),
      exact("DenseOnTheFirstStateOfAStack",
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
      exact("StackAlongTheFeatures",
            [] {
              Start g;
              const auto first = g.layer();
              const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
              const auto stack = g.concat({first[1], second[1]}, 2);
              return g.ends(g.gather(stack, -1, 0));
            }),
      exact("StackSlicedAlongTheBatch",
            [] {
              Start g;
              const auto first = g.layer();
              const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
              const auto stack = g.concat({first[1], second[1]}, 0);
              return g.ends(g.slice(stack, -1, kEnd, 1));
            }),
      refused("StackBeyondItsEnd", "index 2 is outside a dimension of 2",
              [] {
                Start g;
                const auto first = g.layer();
                const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden);
                const auto stack = g.concat({first[1], second[1]}, 0);
                return g.ends(g.gather(stack, 2, 0));
              }),
      exact("CellState",
            [] {
              Start g;
              return g.ends(g.dense(g.squeeze(g.layer("LSTM")[2], {0}), kHidden, kClasses));
            }),
      exact("CellStateIsAllThereIs",
            [] {
              Start g;
              return g.ends(g.layer("LSTM")[2]);
            }),
      exact("MergedCellStates",
            [] {
              Start g;
              const auto c =
                  g.reshape(g.transpose(g.layer("LSTM", "bidirectional")[2], {1, 0, 2}), {-1, 2 * kHidden});
              return g.ends(g.dense(c, 2 * kHidden, kClasses));
            }),
      exact("JoinedCellStates",
            [] {
              Start g;
              const auto c = g.layer("LSTM", "bidirectional")[2];
              return g.ends(
                  g.dense(g.concat({g.gather(c, 0, 0), g.gather(c, 1, 0)}, 1), 2 * kHidden, kClasses));
            }),
      exact("SqueezeOfWhateverIsOne",
            [] {
              Start g;
              return g.ends(g.node("Squeeze", {g.gather(g.layer()[0], -1, 0)}));
            }),
      exact("CellStateForHidden",
            [] {
              Start g;
              const auto l = g.layer("LSTM", "bidirectional");
              return g.ends(g.concat({g.gather(l[1], 0, 0), g.gather(l[2], 1, 0)}, 1));
            }),
      exact("StateForTheNextLayer",
            [] {
              Start g;
              const auto first = g.layer("LSTM");
              return g.ends(g.recurrent("LSTM", g.squeeze(first[0], {1}), kHidden, kHidden, "forward",
                                        {first[1], first[2]})[1]);
            }),
      exact("CellForTheNextLayer",
            [] {
              Start g;
              const auto first = g.layer("LSTM");
              return g.ends(g.recurrent("LSTM", g.squeeze(first[0], {1}), kHidden, kHidden, "forward",
                                        {"", first[2]})[1]);
            }),
      exact("InitialStateOfOnes",
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
      exact("InitialStateFromTheData",
            [] {
              Start g(17, {-1, -1, kHidden});
              return g.ends(g.recurrent("GRU", g.x, kHidden, kHidden, "forward", {g.slice(g.x, 0, 1, 0)})[1]);
            }),
      exact("LearnedInitialState",
            [] {
              Start g;
              const auto shape =
                  g.concat({g.integers({1}), g.node("Gather", {g.node("Shape", {g.x}), g.integers({1})}),
                            g.integers({kHidden})},
                           0);
              return g.ends(g.recurrent("GRU", g.x, kInputs, kHidden, "forward",
                                        {g.node("Expand", {g.floats({1, 1, kHidden}), shape})})[1]);
            }),
      exact("StateOutputWithArithmetic",
            [] {
              Start g;
              const auto l = g.layer();
              return g.graph({g.steps(), g.node("Relu", {l[1]})});
            }),
      exact("ShapeAsOutput",
            [] {
              Start g;
              const auto y = g.steps();
              return g.graph({y, g.node("Shape", {y})});
            }),
      exact("TwoOutputs",
            [] {
              Start g;
              const auto y = g.steps();
              return g.graph({y, g.gather(y, -1, 0)});
            }),
      exact("NoCell",
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
      refused("StreamSwappedIn", "graph output 'Concat_5_0' does not hold the states of graph",
              [] { return stream(1, 0, false); }),
      refused("StreamSwappedOut", "graph output 'Concat_5_0' does not hold the states of graph",
              [] { return stream(0, 1, true); }),
      refused("StreamOneStateTwice", "graph output 'Concat_5_0' does not hold the states of graph",
              [] { return stream(0, 0, false); }),
      refused("StreamPassesItsInputOn", "graph output 'Identity_5_0' hands graph input 'h0' on, which",
              [] { return stream(0, 1, false, true); }),
      exact("StreamOfHiddenOnly",
            [] {
              Start g;
              const auto h0 = g.input("h0", {1, -1, kHidden});
              const auto l = g.recurrent("LSTM", g.x, kInputs, kHidden, "forward", {h0});
              return g.graph({g.squeeze(l[0], {1}), l[1]});
            }),
      refused("StreamTurnedStates", "graph output 'GRU_1_1' does not hold the states of graph inp",
              [] {
                Start g(17, {-1, 2, kInputs});
                const auto h0 = g.input("h0", {2, 2, kHidden});
                const auto l =
                    g.recurrent("GRU", g.x, kInputs, kHidden, "bidirectional", {g.transpose(h0, {1, 0, 2})});
                return g.graph({g.reshape(g.transpose(l[0], {0, 2, 1, 3}), {0, 0, 2 * kHidden}), l[1]});
              }),
      exact("StreamScaledState",
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

class LayerAttacks : public testing::TestWithParam<Attack> {};

TEST_P(LayerAttacks, AreRefusedOrComputedExactly) {
  judge(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Built, LayerAttacks, testing::ValuesIn(joined({layers(), states(), streams()})),
                         name_of);

}  // namespace
}  // namespace fixgate::attacks
