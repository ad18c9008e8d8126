// Measure each dimension's harm alone, then allocate the bits: the marginal analysis of Shoham and Gersho
// (IEEE Transactions on Acoustics, Speech and Signal Processing 36, 1988). Harms are taken to add up, which
// is only nearly so; what counts is measured afterwards.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "explore/strategy.h"

namespace fixgate {
namespace {

constexpr std::size_t kAllocations = 24;  // plans along the way that are measured at first
constexpr int kHalvings = 6;              // around the limit of the loss

/// Of one dimension: what each level costs and how much it harms, against the widest.
struct Curve {
  std::vector<double> harm;  // by level
  std::vector<double> cost;
};

/// The harm of a trial: the outputs' distance from float if it is known, else the loss.
double harm_of(const Figures& figures, bool knows_distance) {
  if (!figures.usable()) return INFINITY;
  return knows_distance ? figures.distance : figures.loss;
}

/// `weight` of the bit operations beside the footprint.
double cost_of(const Figures& figures, double weight) {
  return figures.footprint + weight * figures.bit_operations;
}

std::vector<Candidate> single_changes(const Candidate& widest) {
  std::vector<Candidate> candidates;
  for (std::size_t d = 0; d < widest.size(); ++d)
    for (int level = widest[d] - 1; level >= 0; --level) {
      candidates.push_back(widest);
      candidates.back()[d] = level;
    }
  return candidates;
}

/// `figures` as single_changes() lists them, behind those of the widest.
std::vector<Curve> curves_of(const Candidate& widest, const std::vector<Figures>& figures, double weight) {
  const bool knows_distance =
      std::ranges::any_of(figures, [](const Figures& one) { return one.distance > 0; });
  std::vector<Curve> curves;
  std::size_t next = 1;
  for (const int top : widest) {
    Curve curve;
    curve.harm.resize(static_cast<std::size_t>(top) + 1);
    curve.cost.resize(curve.harm.size());
    curve.cost.back() = cost_of(figures.front(), weight);
    const double base = harm_of(figures.front(), knows_distance);
    for (auto level = static_cast<std::size_t>(top); level-- > 0; ++next) {
      // Fewer bits never help: what looks so is chance.
      curve.harm[level] = std::max(harm_of(figures[next], knows_distance) - base, curve.harm[level + 1]);
      curve.cost[level] = cost_of(figures[next], weight);
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

/// The step down of one dimension that harms least for what it saves, jumping over levels off the convex
/// hull.
struct Step {
  int level = -1;
  double price = INFINITY;  // harm / cost saved
};

Step best_step(const Curve& curve, int from) {
  Step best;
  const auto at = static_cast<std::size_t>(from);
  for (int level = from - 1; level >= 0; --level) {
    const auto to = static_cast<std::size_t>(level);
    const double saved = curve.cost[at] - curve.cost[to];
    const double harm = curve.harm[to] - curve.harm[at];
    if (!std::isfinite(harm)) continue;
    // What saves nothing is not touched: its bits cost nothing.
    const double price = saved > 0 ? harm / saved : INFINITY;
    if (price < best.price) best = {level, price};
  }
  return best;
}

/// From the widest candidate down, the cheapest harm first.
std::vector<Candidate> allocate(const Candidate& widest, const std::vector<Curve>& curves) {
  std::vector<Candidate> way = {widest};
  while (true) {
    Step best;
    std::size_t chosen = 0;
    for (std::size_t d = 0; d < curves.size(); ++d) {
      const Step step = best_step(curves[d], way.back()[d]);
      if (step.price < best.price) {
        best = step;
        chosen = d;
      }
    }
    if (best.level < 0) return way;
    Candidate next = way.back();
    next[chosen] = best.level;
    way.push_back(std::move(next));
  }
}

/// Places evenly along the way, its end among them.
std::vector<std::size_t> places_along(std::size_t length) {
  std::vector<std::size_t> places;
  const std::size_t count = std::min(kAllocations, length);
  for (std::size_t k = 1; k <= count; ++k) places.push_back(k * (length - 1) / count);
  return places;
}

/// Measures plans along the way, then halves the stretch in which the limit of the loss is first broken.
bool measure_way(Search& search, const std::vector<Candidate>& way) {
  const std::vector<std::size_t> places = places_along(way.size());
  std::vector<Candidate> candidates;
  candidates.reserve(places.size());
  for (const std::size_t place : places) candidates.push_back(way[place]);
  const auto figures = search.trials.run(candidates, true);
  if (!figures) return false;
  if (!search.limits.max_loss) return true;
  std::size_t good = 0;
  std::size_t bad = way.size();
  for (std::size_t k = places.size(); k-- > 0;) {
    const Figures& one = (*figures)[k];
    const bool keeps = one.usable() && one.complete && one.loss_bound <= *search.limits.max_loss;
    if (keeps) {
      good = places[k];
      break;
    }
    bad = places[k];
  }
  for (int halving = 0; halving < kHalvings && good + 1 < bad; ++halving) {
    const std::size_t middle = (good + bad) / 2;
    const auto measured = search.trials.run({way[middle]}, false);
    if (!measured) return false;
    const bool keeps = measured->front().usable() && measured->front().loss_bound <= *search.limits.max_loss;
    (keeps ? good : bad) = middle;
  }
  return true;
}

}  // namespace

void search_sensitivity(Search& search) {
  const Candidate start = widest(search.space);
  std::vector<Candidate> candidates = {start};
  const std::vector<Candidate> singles = single_changes(start);
  candidates.insert(candidates.end(), singles.begin(), singles.end());
  const auto figures = search.trials.run(candidates, false);
  if (!figures || !figures->front().usable()) return;
  const bool wants_operations =
      std::ranges::find(search.objectives, Objective::BitOperations) != search.objectives.end();
  // First the footprint alone, then with the activations' bits, which are hardly in it.
  for (const double weight : {0.0, wants_operations ? 1.0 : 0.1})
    if (!measure_way(search, allocate(start, curves_of(start, *figures, weight)))) return;
}

}  // namespace fixgate
