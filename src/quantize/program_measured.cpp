#include "quantize/program_measured.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "program/format_groups.h"
#include "quantize/output_distance.h"
#include "quantize/program_signals.h"
#include "quantize/real_program.h"

namespace fixgate::program {
namespace {

constexpr int kPasses = 2;
constexpr int kFarthest = 4;  // bits that a binary point moves in one pass

/// The networks that differ from one in their values' formats, and how far their outputs are off.
class FormatSearch {
 public:
  FormatSearch(const FloatNetwork& network, const QuantisedProgram& start, const OutputDistance& distance)
      : real_(network, start.network),
        weights_(weights_of(start.network)),
        distance_(distance),
        plan_(start.resolved) {}

  Result<void> begin() {
    FIXGATE_ASSIGN(auto least, distance_with(plan_));
    if (!least) return fail("the network cannot be made again with its own formats");
    least_ = std::move(*least);
    return {};
  }

  /// Moves the binary point of a group as long as that helps; whether it has.
  Result<bool> move(std::size_t group) {
    FIXGATE_ASSIGN(const bool finer, move(group, 1));
    if (finer) return true;
    return move(group, -1);
  }

  [[nodiscard]] Result<QuantisedProgram> finish() const { return made(plan_); }

 private:
  using Divergences = std::vector<double>;

  Result<bool> move(std::size_t group, int bits) {
    bool moved = false;
    for (int far = 0; far < kFarthest; ++far) {
      FormatPlan plan = plan_;
      plan.signals[group].format->fraction += bits;
      FIXGATE_ASSIGN(auto distance, distance_with(plan));
      if (!distance || !is_clearly_less(*distance, least_)) break;
      least_ = std::move(*distance);
      plan_ = std::move(plan);
      moved = true;
    }
    return moved;
  }

  [[nodiscard]] Result<QuantisedProgram> made(const FormatPlan& plan) const {
    return quantise(real_.network(), plan, {.weights = &weights_});
  }

  /// None: there is no such network, for want of a table or an accumulator.
  Result<std::optional<Divergences>> distance_with(const FormatPlan& plan) const {
    const auto candidate = made(plan);
    if (!candidate) return std::nullopt;
    FIXGATE_ASSIGN(Divergences distance, distance_.of(candidate->network));
    return distance;
  }

  RealProgram real_;  // the float network with the biases that go with the weights
  GivenWeights weights_;
  const OutputDistance& distance_;
  FormatPlan plan_;  // a rule a group, with its format in full
  Divergences least_;
};

}  // namespace

Result<QuantisedProgram> measure_formats(const FloatNetwork& network, const FormatPlan& plan,
                                         const QuantisedProgram& start, const Recordings& data,
                                         const MetricSpec& metric, const Supervision& supervision) {
  FIXGATE_ASSIGN(const OutputDistance distance, OutputDistance::make(network, data, metric));
  FormatSearch search(network, start, distance);
  FIXGATE_CHECK(search.begin());
  const FormatGroups groups = format_groups_of(network.program);
  const std::vector<bool> measured = measured_signals(plan, plan_signals_of(network, groups));
  const auto count = std::ranges::count(measured, true);
  Progress progress("measured binary points", kPasses * count, "signals", supervision.progress);
  bool moved = true;
  for (int pass = 0; pass < kPasses && moved; ++pass) {
    moved = false;
    for (std::size_t group = 0; group < measured.size(); ++group) {
      if (!measured[group]) continue;
      FIXGATE_CHECK(supervision.check());
      FIXGATE_ASSIGN(const bool one_moved, search.move(group));
      moved = moved || one_moved;
      progress.advance();
    }
  }
  return search.finish();
}

}  // namespace fixgate::program
