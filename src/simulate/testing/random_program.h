// Random programs for tests: every kind of statement, clock, matrix and table, any rounding, overflow mode
// and binary point that verify() allows.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "program/reading.h"
#include "program/verify.h"
#include "simulate/testing/random.h"

namespace fixgate::program {

using fixgate::testing_support::Random;

class RandomProgram {
 public:
  explicit RandomProgram(std::uint64_t seed) : random_(seed) {}

  /// Not yet verified: its reads may not fit its clocks, its sums may be too wide.
  FixedNetwork make() {
    add_clocks();
    for (int input = random_.number(1, 2); input > 0; --input) {
      const bool is_token = random_.chance(0.3);
      add_value(std::nullopt, step_, is_token ? 1 : kSize, any_format());
      network_.program.values[last_value()].name = "x" + std::to_string(input);
      if (is_token) network_.program.values[last_value()].vocabulary = kVocabulary;
      if (!is_token && random_.chance(0.3)) network_.program.values[last_value()].shape = {3, 4};
    }
    for (int layer = random_.number(1, 4); layer > 0; --layer) add_layer();
    for (int output = random_.number(1, 2); output > 0; --output)
      network_.program.outputs.push_back({"y" + std::to_string(output), any_value(), {}});
    network_.program.outputs.push_back({"last", last_value(), {}});
    return std::move(network_);
  }

 private:
  static constexpr int kSize = 12;  // of most values: 3 channels of 4 positions
  static constexpr int kVocabulary = 5;

  void add_clocks() {
    step_ = network_.program.clocks.add({"step"});
    network_.program.clocks.add({"pair", ClockKind::Strided, step_, 2, random_.number(-1, 1)});
    network_.program.clocks.add({"end", ClockKind::Once, step_});
    network_.program.clocks.add({"inner", ClockKind::Inner, step_, random_.pick({2, 3})});
  }

  SignalFormat any_format() {
    SignalFormat signal;
    signal.format.width = random_.chance(0.15) ? random_.number(17, 32) : random_.number(1, 16);
    signal.format.is_signed = random_.chance(0.75);
    signal.format.fraction =
        random_.chance(0.9) ? signal.format.width - random_.number(0, 5) : random_.number(-3, 30);
    signal.rounding = random_.pick({Rounding::Floor, Rounding::Nearest, Rounding::Convergent});
    signal.overflow = random_.chance(0.7) ? Overflow::Saturate : Overflow::Wrap;
    return signal;
  }

  [[nodiscard]] ValueId last_value() const { return ValueId(network_.program.values.size() - 1); }
  ValueId any_value() { return value_below(network_.program.values.size()); }
  ValueId value_below(std::size_t count) {
    return ValueId(static_cast<std::size_t>(random_.in(0, static_cast<std::int64_t>(count) - 1)));
  }

  void add_value(std::optional<LayerId> layer, ClockId clock, int size, const SignalFormat& format) {
    network_.program.values.add({"v" + std::to_string(network_.program.values.size()), layer, clock, size,
                                 std::nullopt, SignalRole::Dense});
    network_.formats.add(format);
  }

  void add_layer() {
    layer_ = LayerId(network_.program.layers.size());
    Layer layer;
    layer.name = "layer" + std::to_string(layer_.index());
    layer.clock = ClockId(static_cast<std::size_t>(random_.chance(0.4) ? 0 : random_.number(0, 3)));
    layer.is_reverse = random_.chance(0.3);
    network_.program.layers.add(layer);
    statements_ = random_.number(1, 4);
    for (int statement = 0; statement < statements_; ++statement) add_statement();
    const Clock& clock = network_.program.clocks[layer.clock];
    for (int back = 0; back < statements_; ++back) {
      const ValueId value(last_value().index() - static_cast<std::size_t>(back));
      if (!random_.chance(0.6)) continue;
      const bool is_fresh = clock.kind == ClockKind::Inner && random_.chance(0.5);
      network_.program.states.add({value, random_.number(1, 3), is_fresh, !is_fresh && random_.chance(0.5)});
      network_.initial.add(initial_of(network_.program.states[StateId(network_.program.states.size() - 1)]));
    }
  }

  std::vector<std::int64_t> initial_of(const State& state) {
    std::vector<std::int64_t> initial;
    if (random_.chance(0.4)) return initial;
    const Format& format = network_.formats[state.value].format;
    const int count = state.depth * network_.program.values[state.value].size;
    for (int k = 0; k < count; ++k) initial.push_back(random_.in(format.min(), format.max()));
    return initial;
  }

  /// A read that often fits the layer's clock; of a value of that size, if there is one.
  Read any_read(std::optional<int> size = kSize) {
    const ClockId clock = network_.program.layers[layer_].clock;
    for (int trial = 0; trial < 60; ++trial) {
      Read read{any_value()};
      const Value& value = network_.program.values[read.value];
      const bool is_own = value.layer == layer_;
      const auto relation = relation_between(network_.program, clock, value.clock);
      if (!relation || value.vocabulary || (size && value.size != *size)) continue;
      if (*relation == ClockRelation::Same && (!is_own || read.value < target_)) {
        read.tick.offset = random_.chance(0.5) ? 0 : random_.number(-2, is_own ? 0 : 2);
      } else if (*relation == ClockRelation::Same) {
        continue;
      } else if (*relation == ClockRelation::Ended) {
        read.tick = random_.chance(0.5) ? Tick{Tick::From::First, random_.number(0, 1)}
                                        : Tick{Tick::From::Last, random_.number(-1, 0)};
      } else if (*relation == ClockRelation::Strided) {
        read.tick.offset = random_.number(-1, 2);
      }
      return read;
    }
    return {ValueId(0)};
  }

  /// The target itself, at an earlier tick.
  Read own_before() { return {target_, {Tick::From::Here, random_.chance(0.7) ? -1 : -2}}; }

  void add_statement() {
    target_ = ValueId(network_.program.values.size());
    // The target is there before its statement, so that it can be read at an earlier tick.
    add_value(layer_, network_.program.layers[layer_].clock, kSize, any_format());
    const Layer& layer = network_.program.layers[layer_];
    const bool is_inner = network_.program.clocks[layer.clock].kind == ClockKind::Inner;
    const double kind = random_.real(0, 1);
    Statement made = SumStatement{target_, any_sum(2)};
    if (kind < 0.15)
      made = any_table();
    else if (kind < 0.3)
      made = any_extreme();
    else if (kind < 0.5)
      made = any_move();
    else if (kind < 0.58)
      made = any_lookup();
    else if (kind < 0.68 && is_inner)
      made = any_block();
    else if (kind < 0.8 && !is_inner)
      made = any_join(made);
    network_.program.layers[layer_].statements.push_back(std::move(made));
  }

  Sum any_sum(int depth) {
    Sum sum;
    for (int term = random_.number(1, 3); term > 0; --term) {
      Term made{random_.chance(0.3), {}};
      for (int factor = random_.chance(0.6) ? 1 : random_.number(1, 3); factor > 0; --factor)
        made.factors.push_back(any_factor(depth));
      sum.terms.push_back(std::move(made));
    }
    if (random_.chance(0.4)) sum.terms.push_back({random_.chance(0.3), {any_constant(std::nullopt)}});
    return sum;
  }

  Factor any_factor(int depth) {
    const double kind = random_.real(0, 1);
    if (kind < 0.3) return any_read();
    if (kind < 0.4) return own_before();
    if (kind < 0.7) return any_product();
    if (kind < 0.85 || depth == 0) return any_constant(random_.number(0, 8));
    return any_sum(depth - 1);
  }

  ConstantUse any_constant(std::optional<int> fraction) {
    const int size = random_.pick({1, 3, 12});
    const int inner = size == 12 ? 1 : random_.pick({1, 2, 4});
    network_.program.constants.add(
        {"c" + std::to_string(network_.program.constants.size()), layer_, size, inner});
    FixedConstant integers{{}, fraction};
    for (int k = 0; k < size; ++k) integers.values.push_back(random_.in(-300, 300));
    network_.constants.add(std::move(integers));
    return {ConstantId(network_.program.constants.size() - 1)};
  }

  MatrixProduct any_product() {
    Matrix matrix{"m" + std::to_string(network_.program.matrices.size()), layer_, kSize, kSize, Dense{}};
    const double kind = random_.real(0, 1);
    Read read = random_.chance(0.3) ? own_before() : any_read();
    if (kind < 0.25) {
      matrix.rows = random_.pick({1, 3, 12});
      matrix.columns = 1;
      matrix.shape = Diagonal{matrix.rows == 12 ? 1 : random_.pick({1, 4})};
    } else if (kind < 0.65) {
      const Slide slide = any_slide();
      matrix.rows = slide.output_channels;
      matrix.columns = static_cast<int>(slide.columns());
      matrix.shape = slide;
    } else if (random_.chance(0.3)) {
      read = any_read(std::nullopt);
      matrix.columns = network_.program.values[read.value].size;
    }
    const MatrixId id = network_.program.matrices.add(matrix);
    add_weights(matrix.rows, matrix.columns);
    return {id, read};
  }

  /// From 3 channels of 4 positions to as many, or to one channel of twelve.
  Slide any_slide() {
    Slide slide{3, 3, random_.pick({1, 3}), {}, {}, false};
    SlideAxis axis{4, 4, random_.number(1, 4), 1, random_.number(1, 2), random_.number(0, 3)};
    if (random_.chance(0.2)) axis.stride = 2;
    slide.transposed = random_.chance(0.3);
    (random_.chance(0.7) ? slide.after : slide.before).push_back(axis);
    return slide;
  }

  void add_weights(int rows, int columns) {
    WeightMatrix weights;
    weights.name = "m" + std::to_string(network_.weights.size());
    weights.rows = rows;
    weights.columns = columns;
    weights.width = random_.chance(0.8) ? random_.number(1, 9) : random_.number(10, 32);
    const WeightCode code = weights.code();
    for (int k = 0; k < rows * columns; ++k)
      weights.values.push_back(static_cast<std::int32_t>(random_.in(code.smallest(), code.largest())));
    const int spread = random_.chance(0.5) ? 3 : 0;
    for (int row = 0; row < rows; ++row)
      weights.row_fractions.push_back(weights.width + random_.number(0, spread));
    network_.weights.add(std::move(weights));
  }

  Statement any_table() {
    const Read read = any_read();
    const Format& input = network_.formats[read.value].format;
    const SignalFormat& output = network_.formats[target_];
    const FunctionId function(network_.program.functions.size());
    Table table = make_leading_one_table(WideFunction::SquareRoot, input, output, 3);
    if (input.width > 18 || random_.chance(0.3)) {
      const auto wide = random_.pick({WideFunction::Reciprocal, WideFunction::SquareRoot,
                                      WideFunction::ReciprocalSquareRoot, WideFunction::Logarithm});
      network_.program.functions.add(wide);
      table = make_leading_one_table(wide, input, output, random_.number(0, 6));
    } else {
      network_.program.functions.add(NamedFunction{"random"});
      table = any_activation(input, output);
    }
    network_.table_of.add(network_.tables.add(std::move(table)));
    return TableStatement{target_, function, read};
  }

  ActivationTable any_activation(const Format& input, const SignalFormat& output) {
    ActivationTable table;
    table.function = "random";
    table.input = input;
    table.output = output;
    table.kind = random_.pick({TableKind::Rectifier, TableKind::Lookup, TableKind::PiecewiseLinear});
    if (input.is_signed) table.symmetry = random_.pick({TableSymmetry::None, TableSymmetry::Odd});
    const std::int64_t reach = output.format.max() + 1;
    if (table.kind == TableKind::PiecewiseLinear)
      table.segments = {{0, random_.in(-reach, reach), random_.in(-9, 9)}};
    if (table.kind != TableKind::Lookup) return table;
    table.drop = std::max(0, input.width - random_.number(1, 9));
    for (std::int64_t entry = 0; entry <= table.max_address() >> table.drop; ++entry)
      table.entries.push_back(random_.in(-reach, reach));
    return table;
  }

  Statement any_extreme() {
    ExtremeStatement made{target_, random_.chance(0.5), {}, std::nullopt};
    if (random_.chance(0.3)) {
      made.operands.emplace_back(any_read());
      Slide window{3,
                   3,
                   3,
                   {},
                   {SlideAxis{4, 4, random_.number(1, 4), 1, random_.number(1, 2), random_.number(-4, 3)}},
                   false};
      made.window = window;
      return made;
    }
    for (int operand = random_.number(1, 4); operand > 0; --operand) {
      if (random_.chance(0.25))
        made.operands.emplace_back(any_constant(random_.number(0, 8)));
      else
        made.operands.emplace_back(any_read());
    }
    return made;
  }

  /// The target becomes a copy of what is moved into it.
  void take_format(const Read& read, int size) {
    network_.formats[target_] = network_.formats[read.value];
    network_.program.values[target_].size = size;
  }

  Statement any_move() {
    Read read = any_read();
    const double kind = random_.real(0, 1);
    take_format(read, kSize);
    if (kind < 0.25) {
      Read other = read;
      if (read.tick.from == Tick::From::Here) other.tick = {};
      take_format(read, 2 * kSize);
      return Concat{target_, {read, other}};
    }
    if (kind < 0.5) {
      if (random_.chance(0.5)) return View{target_, read, 0, {4, 3}, {1, 4}};
      return View{target_, read, random_.number(0, 3), {3, 4}, {4, 0}};
    }
    if (kind < 0.75) {
      Gather gather{target_, read, {}};
      for (int k = 0; k < kSize; ++k) gather.indices.push_back(random_.number(0, kSize - 1));
      return gather;
    }
    take_format(read, 4 * 6);
    return Pad{target_, read, {3, 4}, {1, 2}, {0, 0}};
  }

  Statement any_lookup() {
    for (const ValueId id : inputs_of(network_.program)) {
      if (!network_.program.values[id].vocabulary) continue;
      const MatrixId matrix = network_.program.matrices.add(
          {"m" + std::to_string(network_.program.matrices.size()), layer_, kVocabulary, kSize, Dense{}});
      add_weights(kVocabulary, kSize);
      return SumStatement{target_, {{Term{false, {RowLookup{matrix, {id}}}}}}};
    }
    return SumStatement{target_, any_sum(1)};
  }

  Statement any_block() {
    const Clock& clock = network_.program.clocks[network_.program.layers[layer_].clock];
    const Read read = any_read();
    take_format(read, network_.program.values[read.value].size / clock.factor);
    return Block{target_, {read.value}};
  }

  /// Of a value on the inner clock, if there is one.
  Statement any_join(const Statement& otherwise) {
    for (std::size_t index = target_.index(); index-- > 0;) {
      const Value& value = network_.program.values[ValueId(index)];
      const Clock& clock = network_.program.clocks[value.clock];
      if (clock.kind != ClockKind::Inner || clock.parent != network_.program.layers[layer_].clock) continue;
      take_format({ValueId(index)}, value.size * clock.factor);
      return Join{target_, {ValueId(index)}};
    }
    return otherwise;
  }

  Random random_;
  FixedNetwork network_;
  ClockId step_{0};
  LayerId layer_{0};
  ValueId target_{0};
  int statements_ = 0;
};

/// The first verified program from `seed` on; the seed moves behind it.
inline FixedNetwork next_program(std::uint64_t& seed) {
  for (;;) {
    FixedNetwork network = RandomProgram(seed++).make();
    if (verify(network)) return network;
  }
}

}  // namespace fixgate::program
