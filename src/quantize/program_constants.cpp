#include "quantize/program_constants.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "calibrate/range.h"
#include "numeric/accumulator.h"
#include "program/exact_sums.h"
#include "program/uses.h"
#include "quantize/weights.h"
#include "quantize/wide_sums.h"

namespace fixgate::program {
namespace {

constexpr int kConstantWidth = 16;

/// The constant that is all of a term.
std::optional<ConstantId> lone_constant(const Term& term) {
  const auto* use = term.factors.size() == 1 ? std::get_if<ConstantUse>(&term.factors.front()) : nullptr;
  return use == nullptr ? std::nullopt : std::optional(use->constant);
}

void add_matrices(const Sum& sum, std::vector<MatrixId>& all) {
  for (const Term& term : sum.terms)
    for (const Factor& factor : term.factors) {
      if (const auto* product = std::get_if<MatrixProduct>(&factor)) all.push_back(product->matrix);
      if (const auto* bracket = std::get_if<Sum>(&factor)) add_matrices(*bracket, all);
    }
}

/// Whether every element of the constant meets one row of the matrix.
bool has_one_row_each(const Constant& constant, const Matrix& matrix, int size) {
  std::vector<int> rows(static_cast<std::size_t>(constant.size), -1);
  for (int element = 0; element < size; ++element) {
    int& row = rows[static_cast<std::size_t>(constant_index(constant, element))];
    if (row >= 0 && row != row_of(matrix, element)) return false;
    row = row_of(matrix, element);
  }
  return true;
}

class BiasFinder {
 public:
  explicit BiasFinder(const Program& program) : program_(program), uses_(program.constants.size(), 0) {
    for (const Layer& layer : program.layers)
      for (const ConstantId id : uses_of(layer).constants) ++uses_[id];
  }

  std::vector<ConstantId> find() {
    for (const Layer& layer : program_.layers)
      for (const Statement& statement : layer.statements)
        if (const auto* sum = std::get_if<SumStatement>(&statement))
          look_at(sum->sum, program_.values[sum->target].size);
    std::ranges::sort(found_);
    return std::move(found_);
  }

 private:
  void look_at(const Sum& sum, int size) {
    std::vector<MatrixId> matrices;
    add_matrices(sum, matrices);
    const bool is_plain = !matrices.empty() &&
                          std::ranges::all_of(sum.terms, [](const Term& t) { return t.factors.size() == 1; });
    for (const Term& term : sum.terms) {
      const auto constant = lone_constant(term);
      if (constant && is_plain && uses_[*constant] == 1 && fits(*constant, matrices, size))
        found_.push_back(*constant);
      for (const Factor& factor : term.factors)
        if (const auto* bracket = std::get_if<Sum>(&factor)) look_at(*bracket, size);
    }
  }

  [[nodiscard]] bool fits(ConstantId id, const std::vector<MatrixId>& matrices, int size) const {
    return std::ranges::all_of(matrices, [&](MatrixId matrix) {
      return has_one_row_each(program_.constants[id], program_.matrices[matrix], size);
    });
  }

  const Program& program_;
  IdVector<ConstantId, int> uses_;
  std::vector<ConstantId> found_;
};

/// Finds the places of the biases of one network.
class BiasPlaces {
 public:
  explicit BiasPlaces(const FixedNetwork& network) : network_(network) {}

  Result<void> look_at(const SumStatement& statement) {
    if (!has_bias(statement.sum)) return {};
    const int size = network_.program.values[statement.target].size;
    const SumRanges ranges = ranges_of(network_, statement.sum, size);
    if (ranges.width() > kMaxAccumulatorWidth) return check_width(network_, statement);
    look_at(statement.sum, ranges);
    return {};
  }

  std::map<ConstantId, std::vector<int>> fractions;

 private:
  [[nodiscard]] bool has_bias(const Sum& sum) const {
    return std::ranges::any_of(sum.terms, [this](const Term& term) {
      const auto has_in_bracket = [this](const Factor& factor) {
        const auto* bracket = std::get_if<Sum>(&factor);
        return bracket != nullptr && has_bias(*bracket);
      };
      return is_bias(network_, term) || std::ranges::any_of(term.factors, has_in_bracket);
    });
  }

  void look_at(const Sum& sum, const SumRanges& ranges) {
    for (std::size_t t = 0; t < sum.terms.size(); ++t) {
      if (is_bias(network_, sum.terms[t])) {
        place(*lone_constant(sum.terms[t]), ranges.terms[t].product);
        continue;
      }
      auto bracket = ranges.terms[t].brackets.begin();
      for (const Factor& factor : sum.terms[t].factors)
        if (const auto* inner = std::get_if<Sum>(&factor)) look_at(*inner, *bracket++);
    }
  }

  void place(ConstantId id, const std::vector<ExactRange>& places) {
    const Constant& constant = network_.program.constants[id];
    std::vector<int>& its =
        fractions.try_emplace(id, static_cast<std::size_t>(constant.size), 0).first->second;
    for (std::size_t element = 0; element < places.size(); ++element)
      its[static_cast<std::size_t>(constant_index(constant, static_cast<int>(element)))] =
          places[element].fraction;
  }

  const FixedNetwork& network_;
};

double magnitude_of(const Format& format) {
  return std::max(std::abs(format.value(format.min())), std::abs(format.value(format.max())));
}

/// Finds what a constant is used for.
class LimitFinder {
 public:
  LimitFinder(const Program& program, const IdVector<ValueId, SignalFormat>& formats)
      : program_(program),
        formats_(formats),
        limits_(program.constants.size(), ConstantLimits{-kMaxFraction, 0}) {}

  IdVector<ConstantId, ConstantLimits> find() {
    for (const Layer& layer : program_.layers)
      for (const Statement& statement : layer.statements) {
        if (const auto* sum = std::get_if<SumStatement>(&statement)) look_at(*sum);
        if (const auto* extreme = std::get_if<ExtremeStatement>(&statement)) look_at(*extreme);
      }
    return std::move(limits_);
  }

 private:
  void widen(ConstantId id, const ConstantLimits& use) {
    limits_[id].finest = std::max(limits_[id].finest, use.finest);
    limits_[id].reach = std::max(limits_[id].reach, use.reach);
  }

  void look_at(const SumStatement& statement) {
    constexpr int kFiner = 2;
    for (const Term& term : statement.sum.terms) {
      if (const auto constant = lone_constant(term))
        widen(*constant, {formats_[statement.target].format.fraction + kFiner, INFINITY});
      else
        look_at_factors(term);
    }
  }

  void look_at_factors(const Term& term) {
    for (const Factor& factor : term.factors) {
      if (const auto* use = std::get_if<ConstantUse>(&factor)) widen(use->constant, {});
      if (const auto* bracket = std::get_if<Sum>(&factor))
        for (const Term& inner : bracket->terms) look_at_factors(inner);
    }
  }

  void look_at(const ExtremeStatement& statement) {
    ConstantLimits limits{formats_[statement.target].format.fraction,
                          magnitude_of(formats_[statement.target].format)};
    for (const auto& operand : statement.operands)
      if (const auto* read = std::get_if<Read>(&operand)) {
        limits.finest = std::max(limits.finest, formats_[read->value].format.fraction);
        limits.reach = std::max(limits.reach, magnitude_of(formats_[read->value].format));
      }
    limits.reach *= 2;
    for (const auto& operand : statement.operands)
      if (const auto* use = std::get_if<ConstantUse>(&operand)) widen(use->constant, limits);
  }

  const Program& program_;
  const IdVector<ValueId, SignalFormat>& formats_;
  IdVector<ConstantId, ConstantLimits> limits_;
};

/// How many bits are zero at the low end of every value; none where all are zero.
int common_zeros(const std::vector<std::int64_t>& values) {
  std::int64_t any = 0;
  for (const std::int64_t value : values) any |= value;
  int zeros = 0;
  while (any != 0 && (any & 1) == 0) {
    any /= 2;
    ++zeros;
  }
  return zeros;
}

}  // namespace

std::vector<ConstantId> biases_of(const Program& program) {
  return BiasFinder(program).find();
}

IdVector<ConstantId, ConstantLimits> constant_limits(const Program& program,
                                                     const IdVector<ValueId, SignalFormat>& formats) {
  return LimitFinder(program, formats).find();
}

Result<FixedConstant> quantise_constant(const Eigen::VectorXd& values, const ConstantLimits& limits) {
  const double magnitude = std::min(values.cwiseAbs().maxCoeff(), limits.reach);
  const Format format{true, kConstantWidth,
                      std::min(fraction_for_magnitude(magnitude, kConstantWidth, true), limits.finest)};
  FixedConstant fixed{{}, format.fraction};
  for (const double one : values) {
    const double value = std::clamp(one, -limits.reach, limits.reach);
    const double q = std::nearbyint(std::ldexp(value, format.fraction));
    if (std::abs(q) > std::ldexp(1.0, kConstantWidth)) return fail("a constant of {} is too large", value);
    fixed.values.push_back(std::clamp(static_cast<std::int64_t>(q), format.min(), format.max()));
  }
  const int zeros = common_zeros(fixed.values);
  for (std::int64_t& value : fixed.values) value >>= zeros;
  *fixed.fraction = std::max(format.fraction - zeros, -kMaxFraction);
  if (std::ranges::all_of(fixed.values, [](std::int64_t value) { return value == 0; })) fixed.fraction = 0;
  return fixed;
}

Result<std::map<ConstantId, std::vector<int>>> bias_fractions(const FixedNetwork& network) {
  BiasPlaces places(network);
  for (const Layer& layer : network.program.layers)
    for (const Statement& statement : layer.statements)
      if (const auto* sum = std::get_if<SumStatement>(&statement)) FIXGATE_CHECK(places.look_at(*sum));
  return std::move(places.fractions);
}

Result<void> quantise_biases(FixedNetwork& network, const std::map<ConstantId, Eigen::VectorXd>& biases) {
  FIXGATE_ASSIGN(const auto all, bias_fractions(network));
  for (const auto& [id, fractions] : all)
    for (std::size_t k = 0; k < fractions.size(); ++k) {
      const auto rounded = quantise_bias(biases.at(id)[static_cast<Eigen::Index>(k)], fractions[k]);
      if (!rounded)
        return tl::make_unexpected(
            rounded.error().within(full_name(network.program, network.program.constants[id])));
      network.constants[id].values[k] = *rounded;
    }
  return {};
}

}  // namespace fixgate::program
