#include "simulate/vector/element_plan.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "numeric/requantise.h"

namespace fixgate::program {
namespace {

using Action = ElementOperation::Action;

int bits_of(Lanes lanes) {
  return lanes == Lanes::Words ? 32 : 64;
}

bool fits(Wide low, Wide high, Lanes lanes) {
  return signed_width(low, high) <= bits_of(lanes);
}

Wide half_of(int shift, Rounding rounding) {
  return shift > 0 && rounding != Rounding::Floor ? Wide{1} << (shift - 1) : 0;
}

/// True if an exact value of the range is requantised within the lanes.
bool can_fit(const ExactRange& exact, const SignalFormat& signal, Lanes lanes) {
  if (!fits(signal.format.min(), signal.format.max(), lanes)) return false;
  const int shift = exact.fraction - signal.format.fraction;
  if (shift >= bits_of(lanes) || shift <= -bits_of(lanes)) return false;
  if (shift > 0)
    return fits(exact.range.low, exact.range.high + half_of(shift, signal.rounding), lanes) &&
           fits(exact.range.low, exact.range.high, lanes);
  constexpr Wide kLimit = Wide{1} << 100;
  return fits(shift_left(exact.range.low, -shift, kLimit), shift_left(exact.range.high, -shift, kLimit),
              lanes);
}

/// The longest left shift within a sum and its brackets, those of brackets in a bracket added up.
int longest_shift(const SumRanges& ranges) {
  int longest = ranges.max_alignment();
  int inner = 0;
  for (const TermRanges& term : ranges.terms)
    for (const SumRanges& bracket : term.brackets) inner = std::max(inner, longest_shift(bracket));
  for (const ExactSum& element : ranges.elements) longest = std::max(longest, element.alignment);
  return longest + inner;
}

/// How far the exact values are shifted left to the target's fraction, where they are.
std::vector<int> upward_shifts(const std::vector<ExactRange>& exact, const SignalFormat& signal) {
  std::vector<int> shifts;
  for (const ExactRange& one : exact) shifts.push_back(std::max(0, signal.format.fraction - one.fraction));
  return shifts;
}

/// The vectors of a plan, and what is added to its registers.
class PlanWriter {
 public:
  PlanWriter(std::size_t size, const SignalFormat& signal, Lanes lanes) {
    plan_.size = size;
    plan_.lanes = lanes;
    plan_.fit.signal = signal;
  }

  [[nodiscard]] Lanes lanes() const { return plan_.lanes; }
  [[nodiscard]] const SignalFormat& signal() const { return plan_.fit.signal; }
  [[nodiscard]] std::size_t size() const { return plan_.size; }

  void add(Action action, std::size_t target, const Source& source) {
    plan_.registers = std::max(plan_.registers, target + 1);
    plan_.operations.push_back({action, target, source, 0, std::nullopt});
  }
  void add(Action action, std::size_t target, const Source& source, const std::vector<int>& lefts) {
    add(action, target, source);
    ElementOperation& operation = plan_.operations.back();
    const auto [least, most] = std::ranges::minmax(lefts);
    const int longest = bits_of(plan_.lanes) - 1;  // what would be shifted further is zero
    operation.left = std::min(most, longest);
    if (least == most) return;
    std::vector<std::int64_t> limited;
    for (const int left : lefts) limited.push_back(std::min(left, longest));
    operation.lefts = keep(std::move(limited));
  }

  Source constant(std::vector<std::int64_t> values) {
    const auto [least, most] = std::ranges::minmax(values);
    if (least == most) return {Source::Kind::Uniform, 0, least};
    return {Source::Kind::Constant, keep(std::move(values)), 0};
  }

  /// What shifts every element to the target's fraction; adds the halves that rounding needs to `halves`.
  void fit(const std::vector<ExactRange>& exact, std::vector<std::int64_t>& halves) {
    std::vector<std::int64_t> rights;
    for (std::size_t e = 0; e < exact.size(); ++e) {
      const int shift = std::max(0, exact[e].fraction - plan_.fit.signal.format.fraction);
      rights.push_back(shift);
      halves[e] += static_cast<std::int64_t>(half_of(shift, plan_.fit.signal.rounding));
    }
    const auto [least, most] = std::ranges::minmax(rights);
    plan_.fit.right = static_cast<int>(most);
    if (least != most) plan_.fit.rights = keep(std::move(rights));
  }

  void fit_singly(const std::vector<ExactRange>& exact) {
    for (const ExactRange& one : exact) plan_.fit.fractions.push_back(one.fraction);
  }

  /// Sets the register to a constant that is known later; the place to say it.
  std::size_t begin(std::size_t target) {
    add(Action::Set, target, {});
    return plan_.operations.size() - 1;
  }
  void begin_with(std::size_t place, std::vector<std::int64_t> values) {
    plan_.operations[place].source = constant(std::move(values));
  }

  ElementPlan take() {
    for (std::size_t place = plan_.operations.size(); place-- > 0;) drop_zero(place);
    return std::move(plan_);
  }

 private:
  std::size_t keep(std::vector<std::int64_t> values) {
    plan_.vectors.push_back(std::move(values));
    return plan_.vectors.size() - 1;
  }

  /// register = 0, register += source becomes register = source.
  void drop_zero(std::size_t place) {
    auto& operations = plan_.operations;
    const ElementOperation& set = operations[place];
    const bool is_zero = set.source.kind == Source::Kind::Uniform && set.source.value == 0;
    if (set.action != Action::Set || !is_zero) return;
    for (std::size_t next = place + 1; next < operations.size(); ++next) {
      ElementOperation& operation = operations[next];
      const bool reads =
          operation.source.kind == Source::Kind::Register && operation.source.index == set.target;
      if (operation.target != set.target && !reads) continue;
      if (reads || operation.action != Action::Add) return;
      operation.action = Action::Set;
      operations.erase(operations.begin() + static_cast<std::ptrdiff_t>(place));
      return;
    }
  }

  ElementPlan plan_;
};

std::int64_t constant_at(const FixedNetwork& network, const ConstantUse& use, std::size_t element) {
  const int index = constant_index(network.program.constants[use.constant], static_cast<int>(element));
  return network.constants[use.constant].values[static_cast<std::size_t>(index)];
}

std::vector<std::int64_t> expanded(const FixedNetwork& network, const ConstantUse& use, std::size_t size) {
  std::vector<std::int64_t> values;
  for (std::size_t element = 0; element < size; ++element)
    values.push_back(constant_at(network, use, element));
  return values;
}

/// The weights of a diagonal matrix, by element.
std::vector<std::int64_t> expanded(const FixedNetwork& network, MatrixId id, std::size_t size) {
  std::vector<std::int64_t> values;
  for (std::size_t element = 0; element < size; ++element)
    values.push_back(
        network.weights[id].row(row_of(network.program.matrices[id], static_cast<int>(element))).front());
  return values;
}

/// Writes a sum's terms, brackets that stand alone among them.
class SumWriter {
 public:
  SumWriter(const FixedNetwork& network, OperandNames& names, PlanWriter& plan)
      : network_(network), names_(names), plan_(plan) {}

  /// register[target] += or -= sum << extra; what is constant of it goes to `constants`.
  void write(const Sum& sum, const SumRanges& ranges, const std::vector<int>& extra, bool negative,
             std::size_t target, std::vector<std::int64_t>& constants) {
    for (std::size_t t = 0; t < sum.terms.size(); ++t) {
      std::vector<int> lefts = extra;
      for (std::size_t e = 0; e < lefts.size(); ++e)
        lefts[e] += ranges.elements[e].shift_of(ranges.terms[t].product[e].fraction);
      write_term(sum.terms[t], ranges.terms[t], lefts, sum.terms[t].negative != negative, target, constants);
    }
  }

 private:
  void write_term(const Term& term, const TermRanges& ranges, const std::vector<int>& lefts, bool negative,
                  std::size_t target, std::vector<std::int64_t>& constants) {
    const Factor& first = term.factors.front();
    const auto* use = std::get_if<ConstantUse>(&first);
    const auto* bracket = std::get_if<Sum>(&first);
    if (term.factors.size() == 1 && use != nullptr) return add_constant(*use, lefts, negative, constants);
    if (term.factors.size() == 1 && bracket != nullptr)
      return write(*bracket, ranges.brackets.front(), lefts, negative, target, constants);
    const Action action = negative ? Action::Subtract : Action::Add;
    if (term.factors.size() == 1 && !is_diagonal(first))
      return plan_.add(action, target, source_of(first), lefts);
    multiply(term, ranges, target + 1);
    plan_.add(action, target, {Source::Kind::Register, target + 1, 0}, lefts);
  }

  void add_constant(const ConstantUse& use, const std::vector<int>& lefts, bool negative,
                    std::vector<std::int64_t>& constants) const {
    for (std::size_t e = 0; e < constants.size(); ++e) {
      const auto term = static_cast<std::uint64_t>(align(constant_at(network_, use, e), lefts[e]));
      const auto sum = static_cast<std::uint64_t>(constants[e]);
      constants[e] = static_cast<std::int64_t>(negative ? sum - term : sum + term);
    }
  }

  /// register[target] = the product of the factors.
  void multiply(const Term& term, const TermRanges& ranges, std::size_t target) {
    std::size_t bracket = 0;
    Action action = Action::Set;
    for (const Factor& factor : term.factors) {
      const auto* sum = std::get_if<Sum>(&factor);
      if (sum != nullptr) {
        const std::size_t at = action == Action::Set ? target : target + 1;
        write_bracket(*sum, ranges.brackets[bracket++], at);
        if (at != target) plan_.add(Action::Multiply, target, {Source::Kind::Register, at, 0});
      } else if (is_diagonal(factor)) {
        const auto& product = std::get<MatrixProduct>(factor);
        plan_.add(action, target, names_.read(product.read));
        plan_.add(Action::Multiply, target, plan_.constant(expanded(network_, product.matrix, plan_.size())));
      } else {
        plan_.add(action, target, source_of(factor));
      }
      action = Action::Multiply;
    }
  }

  void write_bracket(const Sum& sum, const SumRanges& ranges, std::size_t target) {
    const std::size_t place = plan_.begin(target);
    std::vector<std::int64_t> constants(plan_.size(), 0);
    write(sum, ranges, std::vector<int>(plan_.size(), 0), false, target, constants);
    plan_.begin_with(place, std::move(constants));
  }

  [[nodiscard]] bool is_diagonal(const Factor& factor) const {
    const auto* product = std::get_if<MatrixProduct>(&factor);
    return product != nullptr &&
           std::holds_alternative<Diagonal>(network_.program.matrices[product->matrix].shape);
  }

  Source source_of(const Factor& factor) {
    if (const auto* read = std::get_if<Read>(&factor)) return names_.read(*read);
    if (const auto* use = std::get_if<ConstantUse>(&factor))
      return plan_.constant(expanded(network_, *use, plan_.size()));
    return names_.product(std::get<MatrixProduct>(factor), plan_.lanes());
  }

  const FixedNetwork& network_;
  OperandNames& names_;
  PlanWriter& plan_;
};

std::vector<ExactRange> results_of(const SumRanges& ranges) {
  std::vector<ExactRange> results;
  for (const ExactSum& element : ranges.elements) results.push_back(element.result);
  return results;
}

/// The lanes that an element-wise statement runs in, and whether its elements are requantised singly.
struct LaneChoice {
  Lanes lanes = Lanes::Longs;
  bool is_single = true;
};

/// `longest`: of the left shifts before that to the target's fraction. A shift beyond 63 bits is of zero.
LaneChoice choose_lanes(const std::vector<ExactRange>& exact, const SignalFormat& signal, int longest) {
  const auto can = [&](Lanes lanes) {
    return std::ranges::all_of(exact, [&](const ExactRange& one) { return can_fit(one, signal, lanes); });
  };
  const int upward = std::ranges::max(upward_shifts(exact, signal));
  if (longest + upward < bits_of(Lanes::Words) && can(Lanes::Words)) return {Lanes::Words, false};
  return {Lanes::Longs, !can(Lanes::Longs)};
}

/// Operands of a maximum or minimum, aligned at the finest fraction.
ExactRange aligned_range(const std::vector<ExactRange>& operands) {
  return add_up(operands).result;
}

/// A maximum or minimum of sources, written operand by operand.
ElementPlan plan_largest(const SignalFormat& signal, std::size_t size, Action action,
                         const std::vector<ExactRange>& ranges,
                         const std::function<Source(std::size_t, PlanWriter&)>& source) {
  const std::vector<ExactRange> exact(size, aligned_range(ranges));
  const LaneChoice choice = choose_lanes(exact, signal, add_up(ranges).alignment);
  PlanWriter plan(size, signal, choice.lanes);
  const std::vector<int> upward = choice.is_single ? std::vector<int>(size, 0) : upward_shifts(exact, signal);
  const bool is_words = choice.lanes == Lanes::Words;
  const std::int64_t least =
      is_words ? std::numeric_limits<std::int32_t>::min() : std::numeric_limits<std::int64_t>::min();
  const std::size_t place = plan.begin(0);
  plan.begin_with(place, std::vector<std::int64_t>(size, action == Action::Larger ? least : -(least + 1)));
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    const int shift = exact.front().fraction - ranges[k].fraction + upward.front();
    plan.add(action, 0, source(k, plan), std::vector<int>(size, shift));
  }
  std::vector<std::int64_t> halves(size, 0);
  if (choice.is_single)
    plan.fit_singly(exact);
  else
    plan.fit(exact, halves);
  if (halves.front() != 0) plan.add(Action::Add, 0, plan.constant(std::move(halves)));
  return plan.take();
}

}  // namespace

ElementPlan plan_sum(const FixedNetwork& network, const SumStatement& statement, OperandNames& names) {
  const int size = network.program.values[statement.target].size;
  const SignalFormat& signal = network.formats[statement.target];
  const SumRanges ranges = ranges_of(network, statement.sum, size);
  const std::vector<ExactRange> exact = results_of(ranges);
  const LaneChoice choice = choose_lanes(exact, signal, longest_shift(ranges));
  PlanWriter plan(exact.size(), signal, choice.lanes);
  const std::size_t place = plan.begin(0);
  std::vector<std::int64_t> constants(exact.size(), 0);
  std::vector<int> upward(exact.size(), 0);
  if (!choice.is_single) upward = upward_shifts(exact, signal);
  SumWriter(network, names, plan).write(statement.sum, ranges, upward, false, 0, constants);
  if (choice.is_single)
    plan.fit_singly(exact);
  else
    plan.fit(exact, constants);
  plan.begin_with(place, std::move(constants));
  return plan.take();
}

ElementPlan plan_extreme(const FixedNetwork& network, const ExtremeStatement& statement,
                         OperandNames& names) {
  const auto size = static_cast<std::size_t>(network.program.values[statement.target].size);
  std::vector<ExactRange> ranges;
  for (const auto& operand : statement.operands) {
    if (const auto* read = std::get_if<Read>(&operand)) {
      ranges.push_back(exact_range(network.formats[read->value].format));
    } else {
      const FixedConstant& constant = network.constants[std::get<ConstantUse>(operand).constant];
      const auto [low, high] = std::ranges::minmax(constant.values);
      ranges.push_back({{low, high}, *constant.fraction});
    }
  }
  const auto source = [&](std::size_t k, PlanWriter& plan) {
    if (const auto* read = std::get_if<Read>(&statement.operands[k])) return names.read_if_any(*read);
    return plan.constant(expanded(network, std::get<ConstantUse>(statement.operands[k]), size));
  };
  const Action action = statement.largest ? Action::Larger : Action::Smaller;
  ElementPlan plan = plan_largest(network.formats[statement.target], size, action, ranges, source);
  plan.leaves_out = true;
  return plan;
}

ElementPlan plan_rectifier(const FixedNetwork& network, const TableStatement& statement,
                           OperandNames& names) {
  const auto size = static_cast<std::size_t>(network.program.values[statement.target].size);
  const Format& input = network.formats[statement.argument.value].format;
  const std::vector<ExactRange> ranges{exact_range(input), exact_range(0, input.fraction)};
  const auto source = [&](std::size_t k, PlanWriter&) {
    return k == 0 ? names.read(statement.argument) : Source{Source::Kind::Uniform, 0, 0};
  };
  return plan_largest(network.formats[statement.target], size, Action::Larger, ranges, source);
}

}  // namespace fixgate::program
