#include "explore/race.h"

#include <algorithm>
#include <numeric>

namespace fixgate {
namespace {

constexpr double kTestsALook = 2;  // against the limit, and against a rival

double total(const Rival& rival) {
  return std::accumulate(rival.numerators.begin(), rival.numerators.end(), 0.0);
}

bool costs_no_more(const Rival& rival, const std::vector<double>& costs) {
  return std::ranges::equal(rival.costs, costs, std::ranges::less_equal{});
}

}  // namespace

std::vector<std::size_t> race_looks(std::size_t samples, std::size_t fewest) {
  std::vector<std::size_t> looks;
  for (const std::size_t parts : {8U, 4U, 2U})
    if (samples / parts >= fewest) looks.push_back(samples / parts);
  looks.push_back(samples);
  return looks;
}

Verdict judge_race(const RaceRules& rules, const LossMeasure& measure, std::span<const double> numerators,
                   std::size_t looks, const Rival* rival) {
  const double tests = kTestsALook * static_cast<double>(std::max<std::size_t>(looks, 2) - 1);
  const double score = normal_quantile(1 - rules.error_rate / tests);
  if (rules.has_max_loss && measure.exceeds(numerators, measure.ratio_at(rules.max_loss), score))
    return Verdict::LosesTooMuch;
  if (rival == nullptr) return Verdict::GoesOn;
  std::vector<double> differences(numerators.begin(), numerators.end());
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= rival->numerators[i];
  return measure.exceeds(differences, 0, score) ? Verdict::IsBeaten : Verdict::GoesOn;
}

const Rival* strongest_rival(const std::vector<Rival>& rivals, const std::vector<double>& costs) {
  const Rival* strongest = nullptr;
  for (const Rival& rival : rivals)
    if (costs_no_more(rival, costs) && (strongest == nullptr || total(rival) < total(*strongest)))
      strongest = &rival;
  return strongest;
}

}  // namespace fixgate
