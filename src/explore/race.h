// Racing: a candidate is tried on growing parts of the validation samples and dropped as soon as it is shown
// to lose. Paired one-sided tests; the chance that a candidate is dropped wrongly is at most `error_rate`,
// shared out over all its looks and tests (Bonferroni).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "explore/loss.h"

namespace fixgate {

/// A network that was measured on all samples, to be beaten.
struct Rival {
  std::string key;                 // of its trial
  std::vector<double> costs;       // smaller is better
  std::vector<double> numerators;  // A of every sample
};

struct RaceRules {
  double max_loss = 0;  // only if has_max_loss
  bool has_max_loss = false;
  double error_rate = 0.05;
};

/// So many samples are seen when the race is looked at: an eighth, a quarter, half of them, all. Less than
/// `fewest` samples are never judged.
std::vector<std::size_t> race_looks(std::size_t samples, std::size_t fewest);

enum class Verdict { GoesOn, LosesTooMuch, IsBeaten };

/// After the samples of one look before the last. `looks` of them there are; `rival` may be null.
Verdict judge_race(const RaceRules& rules, const LossMeasure& measure, std::span<const double> numerators,
                   std::size_t looks, const Rival* rival);

/// Of the rivals that cost no more than `costs` in any respect, the one with the least loss; null if there is
/// none.
const Rival* strongest_rival(const std::vector<Rival>& rivals, const std::vector<double>& costs);

}  // namespace fixgate
