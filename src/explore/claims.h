// What the source (README, "Source") claims for the tasks that can be compared with ours.
#pragma once

#include <string>
#include <vector>

#include "explore/explore.h"

namespace fixgate {

/// Of networks of the source's own: no target for others, but the mark to look at.
struct Claim {
  std::string label;
  double footprint = 0;
  double loss = 0;  // as loss.h defines it
};

/// Those of the search's task: sentiment of the Large Movie Review Dataset, perplexity by words. None
/// otherwise.
std::vector<Claim> claims_of(const Exploration& found);

/// The metric of a network that loses so much against float on the validation part.
double metric_at(const Exploration& found, double loss);

}  // namespace fixgate
