#include "quantize/resolve.h"

#include <algorithm>

#include "numeric/requantise.h"
#include "quantize/rule_keys.h"

namespace fixgate {
namespace {

template <typename T>
void take(std::optional<T>& into, const std::optional<T>& from) {
  if (from) into = from;
}

bool matches_one(const std::string& pattern, const std::string& name) {
  return matches(pattern, name);
}

bool matches_one(const std::string& pattern, const PlanSignal& signal) {
  return std::ranges::any_of(signal.names, [&](const auto& one) { return matches(pattern, one.name); });
}

bool applies(const SignalRule& rule, const PlanSignal& signal) {
  return std::ranges::any_of(signal.names, [&](const PlanSignal::Name& one) {
    return matches(rule.match, one.name) && (!rule.role || *rule.role == one.role);
  });
}

const std::string& name_of(const PlanSignal& signal) {
  return signal.names.front().name;
}

SignalRule combine(const FormatPlan& plan, const PlanSignal& signal) {
  SignalRule all;
  int least_width = signal.least_width;
  for (const SignalRule& rule : plan.signals) {
    if (!applies(rule, signal)) continue;
    take(all.format, rule.format);
    if (rule.width || rule.range) all.format.reset();
    if (rule.width && rule.match != "*") least_width = 0;
    take(all.width, rule.width);
    take(all.range, rule.range);
    take(all.percentile, rule.percentile);
    take(all.rounding, rule.rounding);
    take(all.overflow, rule.overflow);
  }
  if (all.width) all.width = std::max(*all.width, least_width);
  return all;
}

// A hidden state that starts from a constant, or a convex sum of an unsigned candidate, is not known to keep
// its sign.
PlanSignal plan_signal_of(const Signal& signal) {
  const bool is_never_negative =
      signal.has_function && gives_no_negative(signal.function) && signal.role != SignalRole::Hidden;
  return {{{signal.name, signal.role}}, is_never_negative, signal.largest_constant, 0};
}

std::vector<PlanSignal> plan_signals_of(const std::vector<Signal>& signals) {
  std::vector<PlanSignal> all;
  for (const Signal& signal : signals) all.push_back(plan_signal_of(signal));
  return all;
}

// A constant that the network starts with is not clipped, however seldom it is seen.
void hold_constant(SignalFormat& signal, float magnitude) {
  const auto overflows = [&] {
    std::int64_t count = 0;
    for (const float value : {magnitude, -magnitude}) (void)quantise_input(value, signal, count);
    return count != 0;
  };
  while (magnitude > 0 && signal.format.fraction > -kMaxFraction && overflows()) --signal.format.fraction;
}

Result<SignalFormat> format_of(const SignalRule& rule, const PlanSignal& signal, const Histogram* histogram) {
  SignalFormat all{{}, rule.rounding.value_or(Rounding::Nearest), rule.overflow.value_or(Overflow::Saturate)};
  if (rule.format) {
    all.format = *rule.format;
    return all;
  }
  if (!rule.width)
    return fail("signal '{}': no rule of the plan gives it a width or a format", name_of(signal));
  if (histogram == nullptr)
    return fail("signal '{}': its binary point needs calibration data, or a 'format' in the plan",
                name_of(signal));
  const bool is_signed = !signal.is_never_negative;
  const RangeChoice choice{rule.range.value_or(RangeMethod::SquaredError), rule.percentile.value_or(99.99)};
  all.format = {is_signed, *rule.width, choose_fraction(*histogram, *rule.width, is_signed, choice)};
  hold_constant(all, signal.largest_constant);
  return all;
}

template <typename Rule, typename Named>
Result<void> check_used(const std::vector<Rule>& rules, const std::vector<Named>& names, const char* what) {
  for (const Rule& rule : rules)  // "*" may find nothing: a network need not have tables
    if (rule.match != "*" &&
        std::ranges::none_of(names, [&](const auto& one) { return matches_one(rule.match, one); }))
      return fail("the plan's pattern '{}' matches no {} of the network", rule.match, what);
  return {};
}

// With "*" a role may find nothing: the presets speak of roles that not every network has.
Result<void> check_roles(const FormatPlan& plan, const std::vector<PlanSignal>& signals) {
  for (const SignalRule& rule : plan.signals)
    if (rule.role && rule.match != "*" &&
        std::ranges::none_of(signals, [&](const PlanSignal& signal) { return applies(rule, signal); }))
      return fail("the plan's pattern '{}' matches no signal of the role {} in the network", rule.match,
                  to_text(*rule.role));
  return {};
}

// A width alone leaves the encoding as it is, unless that has only one.
WeightCode combine(WeightCode code, const WeightRule& rule) {
  if (rule.width && fixed_width(code.encoding) != 0) code.encoding = WeightEncoding::Integer;
  code.encoding = rule.encoding.value_or(code.encoding);
  code.width = rule.width.value_or(fixed_width(code.encoding) != 0 ? fixed_width(code.encoding) : code.width);
  return code;
}

void apply(const WeightRule& rule, WeightOptions& options) {
  options.code = combine(options.code, rule);
  options.rounding = rule.rounding.value_or(options.rounding);
  options.correct_bias = rule.correct_bias.value_or(options.correct_bias);
  options.mixed_rows = rule.mixed_rows.value_or(options.mixed_rows);
  if (rule.per_row) options.has_fraction = false;
  options.per_row = rule.per_row.value_or(options.per_row);
  if (!rule.fraction) return;
  options.has_fraction = true;
  options.per_row = false;
  options.fraction = *rule.fraction;
}

void apply(const TableRule& rule, TableOptions& options) {
  options.kind = rule.kind.value_or(options.kind);
  options.placement = rule.placement.value_or(options.placement);
  options.segments = rule.segments.value_or(options.segments);
  options.slope_bits = rule.slope_bits.value_or(options.slope_bits);
  options.address_bits = rule.address_bits.value_or(options.address_bits);
}

// One rule after the other, each over all names that it matches. `kind_of` an option says which keys it
// reads: a rule without a reader at its place is refused, whatever later rules override.
template <typename Rule, typename Named, typename Options, typename Kind>
Result<void> apply_rules(const std::vector<Rule>& rules, const std::vector<Named>& names, const char* what,
                         std::vector<Options>& all, Kind kind_of) {
  for (const Rule& rule : rules) {
    std::vector<std::invoke_result_t<Kind, const Options&>> kinds;
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (!matches_one(rule.match, names[k])) continue;
      apply(rule, all[k]);
      kinds.push_back(kind_of(all[k]));
    }
    if (auto checked = check_keys(rule, kinds); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("{} '{}'", what, rule.match)));
  }
  return {};
}

Result<void> check_weight_options(const WeightOptions& options) {
  FIXGATE_CHECK(check_weight_code(options.code));
  if (options.mixed_rows && !options.per_row) return fail("mixed_rows needs binary_point = \"per_row\"");
  return {};
}

}  // namespace

bool gives_no_negative(const ActivationFunction& function) {
  using Kind = ActivationFunction::Kind;
  const Kind kind = function.kind;
  return kind == Kind::Sigmoid || kind == Kind::HardSigmoid || kind == Kind::Relu || kind == Kind::Softplus ||
         kind == Kind::Exp;
}

Result<std::vector<SignalFormat>> resolve_signals(const FormatPlan& plan,
                                                  const std::vector<PlanSignal>& signals,
                                                  const std::vector<Histogram>* histograms) {
  FIXGATE_CHECK(check_used(plan.signals, signals, "signal"));
  FIXGATE_CHECK(check_roles(plan, signals));
  std::vector<SignalFormat> formats;
  for (std::size_t index = 0; index < signals.size(); ++index) {
    const SignalRule rule = combine(plan, signals[index]);
    const Histogram* histogram = histograms == nullptr ? nullptr : &(*histograms)[index];
    FIXGATE_ASSIGN(const SignalFormat format, format_of(rule, signals[index], histogram));
    formats.push_back(format);
  }
  return formats;
}

Result<std::vector<SignalFormat>> resolve_signals(const FormatPlan& plan, const std::vector<Signal>& signals,
                                                  const SignalProfile* profile) {
  return resolve_signals(plan, plan_signals_of(signals), profile == nullptr ? nullptr : &profile->histograms);
}

std::vector<bool> measured_signals(const FormatPlan& plan, const std::vector<PlanSignal>& signals) {
  std::vector<bool> measured;
  for (const PlanSignal& signal : signals) {
    const SignalRule rule = combine(plan, signal);
    measured.push_back(!rule.format && rule.range == RangeMethod::Measured);
  }
  return measured;
}

std::vector<bool> measured_signals(const FormatPlan& plan, const std::vector<Signal>& signals) {
  return measured_signals(plan, plan_signals_of(signals));
}

Result<std::vector<WeightOptions>> resolve_weights(const FormatPlan& plan,
                                                   const std::vector<std::string>& names) {
  FIXGATE_CHECK(check_used(plan.weights, names, "weight matrix"));
  WeightOptions unstated;
  unstated.code.width = 0;
  std::vector<WeightOptions> all(names.size(), unstated);
  FIXGATE_CHECK(apply_rules(plan.weights, names, "weights", all,
                            [](const WeightOptions& options) { return options.code.encoding; }));
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (all[k].code.width == 0) return fail("weights '{}': no rule of the plan gives them a width", names[k]);
    if (auto checked = check_weight_options(all[k]); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("weights '{}'", names[k])));
  }
  return all;
}

namespace {

template <typename Named>
Result<std::vector<TableOptions>> resolve_named_tables(const FormatPlan& plan,
                                                       const std::vector<Named>& names) {
  FIXGATE_CHECK(check_used(plan.tables, names, "signal that a table writes"));
  std::vector<TableOptions> all(names.size());
  FIXGATE_CHECK(apply_rules(plan.tables, names, "tables", all, [](const TableOptions& options) {
    return TableMethod{options.kind, options.placement};
  }));
  return all;
}

}  // namespace

Result<std::vector<TableOptions>> resolve_tables(const FormatPlan& plan,
                                                 const std::vector<std::string>& names) {
  return resolve_named_tables(plan, names);
}

Result<std::vector<TableOptions>> resolve_signal_tables(const FormatPlan& plan,
                                                        const std::vector<PlanSignal>& signals) {
  return resolve_named_tables(plan, signals);
}

}  // namespace fixgate
