// docs/numerics.md, section 10, written down once more from the document alone: whatever is computed is
// computed element by element when it is needed, nothing is prepared and nothing is shared with the
// simulator.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/sequence.h"
#include "program/fixed_network.h"
#include "simulate/testing/plain_arithmetic.h"

namespace fixgate::plain {

using Integers = std::vector<std::int64_t>;
using program::ClockId;
using program::ClockKind;
using program::ConstantId;
using program::FixedNetwork;
using program::Layer;
using program::LayerId;
using program::MatrixId;
using program::Read;
using program::StateId;
using program::Tick;
using program::ValueId;

/// By full name of value, in the order in which they arise.
struct Record {
  std::map<std::string, Integers> written;
  std::map<std::string, std::int64_t> overflows;
};

/// Positions of a slide's axes and its channel, from an element's number and back.
class Positions {
 public:
  Positions(std::vector<int> sizes, int number) : sizes_(std::move(sizes)), at_(sizes_.size()) {
    for (std::size_t k = sizes_.size(); k-- > 0;) {
      at_[k] = number % sizes_[k];
      number /= sizes_[k];
    }
  }
  [[nodiscard]] int operator[](std::size_t k) const { return at_.at(k); }
  void set(std::size_t k, int position) { at_.at(k) = position; }
  [[nodiscard]] int number() const {
    int number = 0;
    for (std::size_t k = 0; k < sizes_.size(); ++k) number = number * sizes_[k] + at_[k];
    return number;
  }

 private:
  std::vector<int> sizes_;
  std::vector<int> at_;
};

/// The input element that a column of a slide's row meets for one output element; none on padding.
inline std::optional<int> met_by(const program::Slide& slide, int element, int column) {
  std::vector<program::SlideAxis> axes = slide.before;
  axes.insert(axes.end(), slide.after.begin(), slide.after.end());
  const std::size_t channel = slide.before.size();
  std::vector<int> inputs;
  std::vector<int> outputs;
  std::vector<int> kernels{slide.input_channels / slide.groups};
  for (const program::SlideAxis& axis : axes) {
    inputs.push_back(axis.inputs);
    outputs.push_back(axis.outputs);
    kernels.push_back(axis.kernel);
  }
  inputs.insert(inputs.begin() + static_cast<std::ptrdiff_t>(channel), slide.input_channels);
  outputs.insert(outputs.begin() + static_cast<std::ptrdiff_t>(channel), slide.output_channels);
  const Positions to(outputs, element);
  const Positions weight(kernels, column);
  Positions from(inputs, 0);
  const int group = to[channel] / (slide.output_channels / slide.groups);
  from.set(channel, group * (slide.input_channels / slide.groups) + weight[0]);
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const std::size_t place = k < channel ? k : k + 1;
    const program::SlideAxis& axis = axes[k];
    const int reach = weight[k + 1] * axis.dilation - axis.padding;
    std::optional<int> position;
    for (int p = 0; p < axis.inputs; ++p) {
      const bool meets =
          slide.transposed ? p * axis.stride + reach == to[place] : to[place] * axis.stride + reach == p;
      if (meets) position = p;
    }
    if (!position) return std::nullopt;
    from.set(place, *position);
  }
  return from.number();
}

class Interpreter {
 public:
  explicit Interpreter(const FixedNetwork& network) : network_(network), program_(network.program) {
    for (const StateId id : program_.states.ids()) memory_.emplace(id, initial(id));
  }

  /// The ticks of each output. States go on from the call before.
  std::vector<std::vector<Integers>> run(const std::vector<Sequence>& inputs, Record& record) {
    record_ = &record;
    ticks_.clear();
    values_.clear();
    const std::vector<ValueId> ids = inputs_of(program_);
    for (std::size_t k = 0; k < ids.size(); ++k) enter(ids[k], inputs.at(k));
    for (const Layer& layer : program_.layers)
      for (std::int64_t position = 0; position < count(layer.clock); ++position) {
        tick_ = at_position(layer, position);
        for (const program::Statement& statement : layer.statements)
          std::visit([&](const auto& any) { make(layer, any); }, statement);
      }
    for (const StateId id : program_.states.ids()) remember(id);
    std::vector<std::vector<Integers>> outputs;
    for (const program::Output& output : program_.outputs) {
      outputs.emplace_back();
      for (const auto& [tick, integers] : values_[output.value]) outputs.back().push_back(integers);
    }
    return outputs;
  }

 private:
  // --- clocks ---

  std::int64_t count(ClockId id) const {
    const program::Clock& clock = program_.clocks[id];
    if (clock.kind == ClockKind::Step) return ticks_.at(id);
    const std::int64_t parent = count(*clock.parent);
    if (clock.kind == ClockKind::Once) return 1;
    if (clock.kind == ClockKind::Inner) return parent * clock.factor;
    return static_cast<std::int64_t>(std::max<Huge>(floor_divide(parent + clock.extra, clock.factor), 0));
  }

  /// Ticks that stand together: all, or on an inner clock those within a tick of the parent.
  std::int64_t group(ClockId id) const {
    const program::Clock& clock = program_.clocks[id];
    return clock.kind == ClockKind::Inner ? clock.factor : std::max<std::int64_t>(count(id), 1);
  }

  /// The tick that the layer runs at a position, which is also the position of a tick.
  std::int64_t at_position(const Layer& layer, std::int64_t position) const {
    if (!layer.is_reverse) return position;
    const std::int64_t size = group(layer.clock);
    const std::int64_t first = position / size * size;
    return first + size - 1 - (position - first);
  }

  // --- reads ---

  std::optional<Integers> read(const Layer& layer, const Read& read) {
    const ClockId own = layer.clock;
    const ClockId other = program_.values[read.value].clock;
    const program::Clock& clock = program_.clocks[own];
    if (own == other) return on_same_clock(layer, read);
    if (clock.kind == ClockKind::Strided && clock.parent == other)
      return at(read.value, tick_ * clock.factor + read.tick.offset);
    if (clock.kind == ClockKind::Once && clock.parent == other)
      return at(read.value, (read.tick.from == Tick::From::First ? 0 : count(other) - 1) + read.tick.offset);
    if (program_.clocks[other].kind == ClockKind::Once) return at(read.value, 0);
    std::int64_t tick = tick_;
    for (ClockId inner = own; inner != other; inner = *program_.clocks[inner].parent)
      tick /= program_.clocks[inner].factor;
    return at(read.value, tick);
  }

  std::optional<Integers> on_same_clock(const Layer& layer, const Read& read) {
    const std::int64_t position = at_position(layer, tick_);
    const std::int64_t wanted = position + read.tick.offset;
    const std::int64_t size = group(layer.clock);
    const std::int64_t first = position / size * size;
    const bool is_inner = program_.clocks[layer.clock].kind == ClockKind::Inner;
    const auto state = state_of(program_, read.value);
    const bool is_before = wanted < (is_inner ? first : 0);
    if (is_before && state) {
      if (program_.states[*state].is_fresh)
        return initial(*state).at(static_cast<std::size_t>(first - wanted - 1));
      if (wanted < 0) return memory_.at(*state).at(static_cast<std::size_t>(-wanted - 1));
      return at(read.value, at_position(layer, wanted));
    }
    if (is_before || wanted >= (is_inner ? first + size : count(layer.clock))) return std::nullopt;
    return at(read.value, at_position(layer, wanted));
  }

  /// Nothing where the tick does not exist; before the first one, what a state remembers.
  std::optional<Integers> at(ValueId value, std::int64_t tick) {
    const auto found = values_[value].find(tick);
    if (found != values_[value].end()) return found->second;
    const auto state = state_of(program_, value);
    if (tick < 0 && state) return memory_.at(*state).at(static_cast<std::size_t>(-tick - 1));
    return std::nullopt;
  }

  Exact element(const Layer& layer, const Read& from, int index) {
    const auto found = read(layer, from);
    return {found ? found->at(static_cast<std::size_t>(index)) : 0,
            network_.formats[from.value].format.fraction};
  }

  // --- sums ---

  Exact factor(const Layer& layer, const Read& from, int e) { return element(layer, from, e); }

  Exact factor(const Layer&, const program::ConstantUse& use, int e) {
    const program::FixedConstant& constant = network_.constants[use.constant];
    return {constant_at(use.constant, e), constant.fraction.value()};
  }

  Exact factor(const Layer& layer, const program::RowLookup& lookup, int e) {
    const WeightMatrix& matrix = network_.weights[lookup.matrix];
    const auto token = static_cast<int>(element(layer, lookup.token, 0).value);
    return {weight(matrix, token, e), matrix.row_fractions.at(static_cast<std::size_t>(token))};
  }

  Exact factor(const Layer& layer, const program::MatrixProduct& product, int e) {
    const WeightMatrix& matrix = network_.weights[product.matrix];
    const program::Matrix& described = program_.matrices[product.matrix];
    int row = e;
    if (const auto* diagonal = std::get_if<program::Diagonal>(&described.shape))
      row = e / diagonal->inner % matrix.rows;
    const auto* slide = std::get_if<program::Slide>(&described.shape);
    if (slide != nullptr) row = channel_of(*slide, e);
    Exact sum{0, matrix.row_fractions.at(static_cast<std::size_t>(row)) +
                     network_.formats[product.read.value].format.fraction};
    for (int column = 0; column < matrix.columns; ++column) {
      std::optional<int> from = column;
      if (slide != nullptr) from = met_by(*slide, e, column);
      if (std::holds_alternative<program::Diagonal>(described.shape)) from = e;
      if (from) sum.value += weight(matrix, row, column) * element(layer, product.read, *from).value;
    }
    return sum;
  }

  Exact factor(const Layer& layer, const program::Sum& sum, int e) { return sum_of(layer, sum, e); }

  Exact sum_of(const Layer& layer, const program::Sum& sum, int e) {
    std::optional<Exact> total;
    Huge bias = 0;
    for (const program::Term& term : sum.terms) {
      if (const auto constant = bias_of(term)) {
        bias += (term.negative ? -1 : 1) * Huge{constant_at(*constant, e)};
        continue;
      }
      Exact product{term.negative ? -1 : 1, 0};
      for (const program::Factor& any : term.factors)
        product = product * std::visit([&](const auto& one) { return factor(layer, one, e); }, any);
      total = total ? *total + product : product;
    }
    return {total->value + bias, total->fraction};
  }

  std::optional<ConstantId> bias_of(const program::Term& term) const {
    if (term.factors.size() != 1) return std::nullopt;
    const auto* use = std::get_if<program::ConstantUse>(&term.factors.front());
    if (use == nullptr || network_.constants[use->constant].fraction) return std::nullopt;
    return use->constant;
  }

  std::int64_t constant_at(ConstantId id, int e) const {
    const program::Constant& constant = program_.constants[id];
    return network_.constants[id].values.at(static_cast<std::size_t>(e / constant.inner % constant.size));
  }

  static Huge weight(const WeightMatrix& matrix, int row, int column) {
    return matrix.values.at(static_cast<std::size_t>(row) * static_cast<std::size_t>(matrix.columns) +
                            static_cast<std::size_t>(column));
  }

  static int channel_of(const program::Slide& slide, int e) {
    int behind = 1;
    for (const program::SlideAxis& axis : slide.after) behind *= axis.outputs;
    return e / behind % slide.output_channels;
  }

  // --- statements ---

  int size(ValueId id) const { return program_.values[id].size; }

  template <typename Of>
  void keep(ValueId id, Of of) {
    Integers integers;
    for (int e = 0; e < size(id); ++e) {
      std::int64_t overflows = 0;
      integers.push_back(of(e, overflows));
      note(id, integers.back(), overflows);
    }
    values_[id][tick_] = std::move(integers);
  }

  void note(ValueId id, std::int64_t q, std::int64_t overflows) {
    const std::string name = full_name(program_, program_.values[id]);
    record_->written[name].push_back(q);
    record_->overflows[name] += overflows;
  }

  std::int64_t requantised(const Exact& exact, ValueId to, std::int64_t& overflows) const {
    const SignalFormat& target = network_.formats[to];
    return fit(round_to(exact, target.format.fraction, target.rounding), target, overflows);
  }

  void make(const Layer& layer, const program::SumStatement& statement) {
    keep(statement.target, [&](int e, std::int64_t& overflows) {
      return requantised(sum_of(layer, statement.sum, e), statement.target, overflows);
    });
  }

  void make(const Layer& layer, const program::TableStatement& statement) {
    const program::Table& table = network_.tables[network_.table_of[statement.function]];
    keep(statement.target, [&](int e, std::int64_t& overflows) {
      const auto q = static_cast<std::int64_t>(element(layer, statement.argument, e).value);
      return std::visit([&](const auto& any) { return table_value(any, q, overflows); }, table);
    });
  }

  void make(const Layer& layer, const program::ExtremeStatement& statement) {
    keep(statement.target, [&](int e, std::int64_t& overflows) {
      const std::vector<Exact> operands = operands_of(layer, statement, e);
      std::optional<Exact> chosen;
      for (const Exact& one : operands) {
        const bool is_more = chosen && ((one + -*chosen).value > 0) == statement.largest;
        if (!chosen || ((one + -*chosen).value != 0 && is_more)) chosen = one;
      }
      return requantised(chosen.value_or(Exact{}), statement.target, overflows);
    });
  }

  std::vector<Exact> operands_of(const Layer& layer, const program::ExtremeStatement& statement, int e) {
    std::vector<Exact> operands;
    for (const auto& any : statement.operands) {
      if (const auto* use = std::get_if<program::ConstantUse>(&any)) {
        operands.push_back(factor(layer, *use, e));
        continue;
      }
      const Read& from = std::get<Read>(any);
      if (!read(layer, from)) continue;
      if (!statement.window) {
        operands.push_back(element(layer, from, e));
        continue;
      }
      int columns = 1;
      for (const auto* axes : {&statement.window->before, &statement.window->after})
        for (const program::SlideAxis& axis : *axes) columns *= axis.kernel;
      for (int column = 0; column < columns; ++column)
        if (const auto met = met_by(*statement.window, e, column))
          operands.push_back(element(layer, from, *met));
    }
    return operands;
  }

  /// A move takes each element from somewhere, or is zero there.
  template <typename From>
  void move(ValueId target, From from) {
    keep(target, [&](int e, std::int64_t&) { return static_cast<std::int64_t>(from(e).value); });
  }

  void make(const Layer& layer, const program::Concat& concat) {
    move(concat.target, [&](int e) {
      for (const Read& operand : concat.operands) {
        if (e < size(operand.value)) return element(layer, operand, e);
        e -= size(operand.value);
      }
      return Exact{};
    });
  }

  void make(const Layer& layer, const program::View& view) {
    move(view.target, [&](int e) {
      const Positions at(view.shape, e);
      int from = view.begin;
      for (std::size_t k = 0; k < view.strides.size(); ++k) from += at[k] * view.strides[k];
      return element(layer, view.operand, from);
    });
  }

  void make(const Layer& layer, const program::Gather& gather) {
    move(gather.target, [&](int e) {
      return element(layer, gather.operand, gather.indices.at(static_cast<std::size_t>(e)));
    });
  }

  void make(const Layer& layer, const program::Pad& pad) {
    std::vector<int> padded;
    for (std::size_t k = 0; k < pad.shape.size(); ++k)
      padded.push_back(pad.before[k] + pad.shape[k] + pad.after[k]);
    move(pad.target, [&](int e) {
      const Positions to(padded, e);
      Positions from(pad.shape, 0);
      for (std::size_t k = 0; k < pad.shape.size(); ++k) {
        const int position = to[k] - pad.before[k];
        if (position < 0 || position >= pad.shape[k]) return Exact{};
        from.set(k, position);
      }
      return element(layer, pad.operand, from.number());
    });
  }

  void make(const Layer& layer, const program::Block& block) {
    const std::int64_t inner = tick_ % program_.clocks[layer.clock].factor;
    move(block.target, [&](int e) {
      return element(layer, block.operand, static_cast<int>(inner) * size(block.target) + e);
    });
  }

  void make(const Layer&, const program::Join& join) {
    const int part = size(join.operand.value);
    const std::int64_t factor = program_.clocks[program_.values[join.operand.value].clock].factor;
    move(join.target, [&](int e) {
      const auto found = at(join.operand.value, tick_ * factor + e / part);
      return Exact{found->at(static_cast<std::size_t>(e % part)), 0};
    });
  }

  // --- inputs and states ---

  void enter(ValueId id, const Sequence& sequence) {
    const program::Value& value = program_.values[id];
    const auto steps = static_cast<std::int64_t>(sequence.steps());
    ticks_[value.clock] = steps;
    for (tick_ = 0; tick_ < steps; ++tick_)
      keep(id, [&](int e, std::int64_t& overflows) -> std::int64_t {
        if (value.vocabulary) return sequence.tokens.at(static_cast<std::size_t>(tick_));
        return input_integer(sequence.features(tick_, e), network_.formats[id], overflows);
      });
  }

  /// The latest tick first.
  std::vector<Integers> initial(StateId id) const {
    const program::State& state = program_.states[id];
    const auto length = static_cast<std::size_t>(size(state.value));
    Integers all = network_.initial[id];
    all.resize(length * static_cast<std::size_t>(state.depth), 0);
    std::vector<Integers> ticks;
    for (std::size_t first = 0; first < all.size(); first += length)
      ticks.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(first),
                         all.begin() + static_cast<std::ptrdiff_t>(first + length));
    return ticks;
  }

  void remember(StateId id) {
    const program::State& state = program_.states[id];
    if (state.is_fresh) return;
    Layer layer;  // an input's runs forwards
    layer.clock = program_.values[state.value].clock;
    if (const auto made_by = program_.values[state.value].layer) layer = program_.layers[*made_by];
    std::vector<Integers>& ticks = memory_.at(id);
    for (std::int64_t position = 0; position < count(layer.clock); ++position) {
      ticks.insert(ticks.begin(), values_[state.value].at(at_position(layer, position)));
      ticks.pop_back();
    }
  }

  const FixedNetwork& network_;
  const program::Program& program_;
  Record* record_ = nullptr;
  std::int64_t tick_ = 0;
  std::map<ClockId, std::int64_t> ticks_;                       // of the inputs' clocks
  std::map<ValueId, std::map<std::int64_t, Integers>> values_;  // by tick
  std::map<StateId, std::vector<Integers>> memory_;             // the latest tick first
};

}  // namespace fixgate::plain
