// The bits of each weight matrix, allocated under a footprint budget by what they do to the network's
// outputs. docs/methods.md, "Mixed precision".
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "quantize/output_distance.h"
#include "quantize/plan.h"
#include "quantize/quantize.h"

namespace fixgate {

/// Makes the network of a plan. It is called for each code of each matrix: it should be quick.
using MakeNetwork = std::function<Result<Quantised>(const FormatPlan&)>;

/// `plan` with a rule more for each matrix of plain integers: a width of 2 bits up to the plan's own, or the
/// ternary or the binary encoding, such that the whole network takes at most `footprint` (of 32-bit float)
/// and its outputs diverge from the float network's as little as can be found. Each code of each matrix is
/// measured alone, codes are chosen as if the harms added up (or one for all, where that is better), then
/// pairs of matrices exchange a bit as long as the divergence falls clearly. Progress is shown on standard
/// error. The result does not depend on the number of threads. Errors: those of `make`, and a footprint that
/// the narrowest codes exceed.
Result<FormatPlan> allocate_bits(const FormatPlan& plan, double footprint, const MakeNetwork& make,
                                 const OutputDistance& distance);

/// A network that was tried.
struct PlanTrial {
  double bits = 0;                  // that it stores
  std::vector<double> divergences;  // of its outputs, by sequence

  [[nodiscard]] double harm() const;  // their mean
};

/// Networks of one float network, whatever they are.
struct PlanTrials {
  std::vector<std::string> matrices;  // of every network, by their names in a plan
  std::vector<std::string> kept;      // those of them whose code is left as it is
  double float_bits = 0;              // of 32-bit float
  std::function<Result<PlanTrial>(const FormatPlan&)> measure;
};

/// The same, of any kind of network.
Result<FormatPlan> allocate_bits(const FormatPlan& plan, double footprint, const PlanTrials& trials);

/// What each level of one thing harms and costs; in any unit, beside whatever else there is.
struct HarmCurve {
  std::vector<double> harm;
  std::vector<double> cost;
};

/// A level of each curve: the least sum of harms whose costs sum to at most `budget`, costs beyond the
/// cheapest rounded up to 16,384ths of what the budget leaves. Empty: the cheapest levels cost more, or there
/// are no curves.
std::vector<int> least_harm_within(const std::vector<HarmCurve>& curves, double budget);

}  // namespace fixgate
