// Attacks by arithmetic between the layers, by states of cells, and by streams.
#include "networks/attack.h"

namespace fixgate::attacks {
namespace {

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

class LayerAttacks : public testing::TestWithParam<Attack> {};

TEST_P(LayerAttacks, AreRefusedOrComputedExactly) {
  judge(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Built, LayerAttacks, testing::ValuesIn(joined({layers(), states(), streams()})),
                         name_of);

}  // namespace
}  // namespace fixgate::attacks
