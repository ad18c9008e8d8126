#include "quantize/calibrated_program.h"

#include <algorithm>

#include "data/load.h"
#include "fixed/footprint.h"
#include "quantize/allocated_bits.h"
#include "quantize/calibrated.h"
#include "quantize/exact_matrices.h"
#include "quantize/measured_formats.h"
#include "quantize/parameter_counts.h"
#include "quantize/program_distance.h"
#include "quantize/program_learned.h"
#include "quantize/program_measured.h"
#include "quantize/resolve.h"
#include "simulate/sequence_check.h"

namespace fixgate::program {
namespace {

constexpr int kFootprintTries = 4;

bool learns_rounding(const FormatPlan& plan) {
  return std::ranges::any_of(plan.weights,
                             [](const WeightRule& rule) { return rule.rounding == WeightRounding::Learned; });
}

Result<LearningScope> learning_scope(const FormatPlan& plan, const FloatNetwork& network) {
  const std::vector<std::string> names = weight_names(network);
  const std::vector<std::string> settled = settled_matrices(network);
  FIXGATE_ASSIGN(const auto options, resolve_weights(plan, names));
  LearningScope scope;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const bool is_settled = std::ranges::find(settled, names[k]) != settled.end();
    if (options[k].rounding != WeightRounding::Learned || is_settled) continue;
    scope.matrices.push_back(names[k]);
    if (options[k].correct_bias) scope.biased.push_back(names[k]);
  }
  return scope;
}

}  // namespace

ProgramLearning learning_of(const Program& program, const Task& task,
                            const std::filesystem::path& data_root) {
  const auto kept = std::make_shared<DataSet>();
  const auto load = [&program, task, data_root, kept]() -> Result<Recordings> {
    FIXGATE_ASSIGN(*kept, load_data(task, Part::Learning, data_root));
    FIXGATE_CHECK(check_data(program, *kept));
    return recordings_of(*kept);
  };
  return {load, task.calibration.confidence};
}

Result<CalibratedProgram> CalibratedProgram::make(const FloatNetwork& network, Recordings data,
                                                  const MetricSpec& metric, std::uint64_t seed,
                                                  ProgramLearning learning) {
  FIXGATE_ASSIGN(GroupProfile profile, calibrate(FloatRunner(network), data));
  return CalibratedProgram(network, std::move(data), metric, seed, std::move(profile), std::move(learning));
}

Result<QuantisedProgram> CalibratedProgram::quantise(const FormatPlan& plan, bool once,
                                                     const Supervision& supervision) {
  FIXGATE_CHECK(gather_statistics(plan, supervision));
  if (once) return quantise_by_float(plan, supervision);
  FIXGATE_ASSIGN(QuantisedProgram rounded, plan.max_footprint ? quantise_within_footprint(plan, supervision)
                                                              : quantise_measured(plan, supervision));
  return learns_rounding(rounded.resolved) ? learn(rounded, supervision)
                                           : Result<QuantisedProgram>(std::move(rounded));
}

Result<void> CalibratedProgram::gather_statistics(const FormatPlan& plan, const Supervision& supervision) {
  if (!needs_weight_statistics(plan) || statistics_) return {};
  FIXGATE_ASSIGN(statistics_,
                 gather_weight_statistics(*network_, nullptr, data_, metric_, seed_, supervision));
  return {};
}

Result<QuantisedProgram> CalibratedProgram::quantise_within_footprint(const FormatPlan& plan,
                                                                      const Supervision& supervision) {
  FIXGATE_ASSIGN(const Recordings* const data, learning_data());
  FIXGATE_ASSIGN(const OutputDistance distance, OutputDistance::make(*network_, *data, metric_));
  FormatPlan widest = plan;
  widest.max_footprint.reset();
  PlanTrials trials{weight_names(*network_), settled_matrices(*network_),
                    32 * static_cast<double>(parameters_of_file(*network_).whole),
                    [&](const FormatPlan& one) -> Result<PlanTrial> {
                      FIXGATE_ASSIGN(const QuantisedProgram made, quantise_by_float(one, supervision));
                      FIXGATE_ASSIGN(std::vector<double> divergences, distance.of(made.network));
                      return PlanTrial{static_cast<double>(measure_footprint(made.network).whole_bits),
                                       std::move(divergences)};
                    }};
  double allowed = *plan.max_footprint;
  for (int k = 0; k < kFootprintTries; ++k) {
    const auto allocated = allocate_bits(widest, allowed, trials);
    if (!allocated && k == 0) return tl::make_unexpected(allocated.error());
    if (!allocated) break;
    FIXGATE_ASSIGN(QuantisedProgram rounded, quantise_measured(*allocated, supervision));
    const double excess = measure_footprint(rounded.network).whole - *plan.max_footprint;
    if (excess <= 0) return rounded;
    allowed -= excess;  // measured binary points may need more tables
  }
  return fail(
      "max_footprint: {:.2f} % is not kept once binary points are measured, which may take more tables: "
      "allow more",
      100 * *plan.max_footprint);
}

Result<QuantisedProgram> CalibratedProgram::quantise_measured(const FormatPlan& plan,
                                                              const Supervision& supervision) {
  FIXGATE_ASSIGN(QuantisedProgram rounded, quantise_by_itself(plan, supervision));
  if (!measures_formats(plan)) return rounded;
  FIXGATE_ASSIGN(const Recordings* const data, learning_data());
  return measure_formats(*network_, plan, rounded, *data, metric_, supervision);
}

Result<QuantisedProgram> CalibratedProgram::quantise_by_float(const FormatPlan& plan,
                                                              const Supervision& supervision) {
  return program::quantise(*network_, plan,
                           {.profile = &profile_,
                            .statistics = needs_weight_statistics(plan) ? &*statistics_ : nullptr,
                            .cache = weights_.get(),
                            .supervision = supervision});
}

Result<QuantisedProgram> CalibratedProgram::quantise_by_itself(const FormatPlan& plan,
                                                               const Supervision& supervision) {
  FIXGATE_ASSIGN(QuantisedProgram first, quantise_by_float(plan, supervision));
  if (!needs_weight_statistics(plan)) return first;
  FIXGATE_ASSIGN(const WeightStatistics own,
                 gather_weight_statistics(*network_, &first.network, data_, metric_, seed_, supervision));
  return program::quantise(*network_, plan,
                           {.profile = &profile_, .statistics = &own, .supervision = supervision});
}

Result<const Recordings*> CalibratedProgram::learning_data() {
  if (!learning_.recordings) return &data_;
  const std::lock_guard lock(learning_data_->mutex);
  if (!learning_data_->recordings) {
    FIXGATE_ASSIGN(learning_data_->recordings, learning_.recordings());
  }
  return &*learning_data_->recordings;
}

Result<QuantisedProgram> CalibratedProgram::learn(const QuantisedProgram& start,
                                                  const Supervision& supervision) {
  FIXGATE_ASSIGN(LearningScope scope, learning_scope(start.resolved, *network_));
  scope.confidence = static_cast<float>(learning_.confidence);
  FIXGATE_ASSIGN(const Recordings* const data, learning_data());
  FIXGATE_ASSIGN(const LearnedProgram learned,
                 learn_rounding(*network_, start.network, scope, metric_, *data, data_, supervision));
  FIXGATE_ASSIGN(QuantisedProgram quantised,
                 program::quantise(learned.network, start.resolved,
                                   {.profile = &profile_, .weights = &learned.weights}));
  quantised.learning = learned.outcome;
  return quantised;
}

}  // namespace fixgate::program
