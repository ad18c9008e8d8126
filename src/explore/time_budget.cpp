#include "explore/time_budget.h"

#include <algorithm>

namespace fixgate {
namespace {

// The shares do not matter much: trials go on where they were with the next search, and a final network is
// only begun where there is time for it.
constexpr double kConfirmation = 0.1;
constexpr double kFinalNetworks = 1.0 / 3;

}  // namespace

TimeBudget::TimeBudget(double limit, double prepared, const Parts& parts) {
  const double left = std::max(limit - prepared, 0.0) * (parts.confirmation ? 1 - kConfirmation : 1);
  final_networks_end_ = prepared + left;
  trials_end_ = prepared + left * (parts.final_networks ? 1 - kFinalNetworks : 1);
}

}  // namespace fixgate
