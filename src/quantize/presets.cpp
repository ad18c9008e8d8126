#include <algorithm>

#include "quantize/plan.h"

namespace fixgate {
namespace {

constexpr int kOutputWidth = 16;   // read by the host, not multiplied again
constexpr int kInternalExtra = 4;  // bits that pre-activations and cell states have beyond the activations

SignalRule width_for(SignalRole role, int width) {
  SignalRule rule;
  rule.role = role;
  rule.width = std::min(width, kMaxFormatWidth);
  return rule;
}

SignalRule rule_for_all(int width, Rounding rounding, RangeMethod range) {
  SignalRule rule;
  rule.width = width;
  rule.range = range;
  rule.rounding = rounding;
  rule.overflow = Overflow::Saturate;
  return rule;
}

WeightRule weights_for_all(int width, bool per_row) {
  WeightRule rule;
  rule.width = width;
  rule.per_row = per_row;
  return rule;
}

TableRule tables_for_all(TablePlacement placement, int segments) {
  TableRule rule;
  rule.kind = TableKind::PiecewiseLinear;
  rule.placement = placement;
  rule.segments = segments;
  return rule;
}

FormatPlan default_plan(const PresetOptions& options) {
  FormatPlan plan;
  plan.preset = "default";
  plan.signals = {rule_for_all(options.activations, Rounding::Nearest, RangeMethod::SquaredError)};
  const int internal =
      std::min(options.activations + kInternalExtra, std::max(options.activations, kMaxTableInputWidth));
  for (const SignalRole role : {SignalRole::PreActivation, SignalRole::Recurrent, SignalRole::Cell})
    plan.signals.push_back(width_for(role, internal));
  plan.signals.push_back(width_for(SignalRole::Output, std::max(kOutputWidth, options.activations)));
  plan.weights = {weights_for_all(options.weights, true)};
  plan.tables = {tables_for_all(TablePlacement::Adaptive, 32)};
  return plan;
}

FormatPlan plan_with(const char* preset, WeightRounding rounding, const PresetOptions& options) {
  FormatPlan plan = default_plan(options);
  plan.preset = preset;
  plan.signals.front().range = RangeMethod::Measured;
  for (WeightRule& rule : plan.weights) {
    rule.rounding = rounding;
    rule.correct_bias = true;
  }
  return plan;
}

FormatPlan paper_plan(const PresetOptions& options) {
  FormatPlan plan;
  plan.preset = "paper";
  plan.signals = {rule_for_all(options.activations, Rounding::Floor, RangeMethod::MinMax)};
  plan.signals.push_back(width_for(SignalRole::Output, std::max(kOutputWidth, options.activations)));
  plan.weights = {weights_for_all(options.weights, false)};
  plan.tables = {tables_for_all(TablePlacement::Uniform, 16)};
  return plan;
}

Result<void> check_width(const char* what, int width) {
  if (width >= 1 && width <= kMaxFormatWidth) return {};
  return fail("{} of {} bits are impossible: 1 to {}", what, width, kMaxFormatWidth);
}

}  // namespace

Result<FormatPlan> preset_plan(std::string_view name, const PresetOptions& options) {
  FIXGATE_CHECK(check_width("weights", options.weights));
  FIXGATE_CHECK(check_width("activations", options.activations));
  if (name == "default") return default_plan(options);
  if (name == "compensated") return plan_with("compensated", WeightRounding::Compensated, options);
  if (name == "learned") return plan_with("learned", WeightRounding::Learned, options);
  if (name == "paper") return paper_plan(options);
  return fail("'{}' is no preset: expected default, compensated, learned or paper", name);
}

}  // namespace fixgate
