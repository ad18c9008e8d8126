#include "explore/limits.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "sweep/records.h"

namespace fixgate {
namespace {

double excess(double value, double limit) {
  return value > limit ? (value - limit) / std::max(limit, 1e-9) : 0;
}

bool counts(const Figures& figures) {
  return figures.usable() && figures.complete;
}

std::string describe(const Limits& limits, const Figures& figures) {
  std::string text = fmt::format("loss at most {} (measured {}), footprint {}", percent(figures.loss_bound),
                                 percent(figures.loss), percent(figures.footprint));
  if (limits.max_cycles) text += fmt::format(", {} cycles a step", figures.cycles);
  return text;
}

}  // namespace

double violation(const Limits& limits, const Figures& figures) {
  double sum = 0;
  if (limits.max_loss) sum += 100 * std::max(figures.loss_bound - *limits.max_loss, 0.0);
  if (limits.max_footprint) sum += excess(figures.footprint, *limits.max_footprint);
  if (limits.max_cycles)
    sum += excess(static_cast<double>(figures.cycles), static_cast<double>(*limits.max_cycles));
  return sum;
}

std::vector<std::string> broken_limits(const Limits& limits, const Figures& figures) {
  std::vector<std::string> broken;
  if (limits.max_loss && figures.loss_bound > *limits.max_loss)
    broken.push_back(fmt::format("--max-loss {:g}%", 100 * *limits.max_loss));
  if (limits.max_footprint && figures.footprint > *limits.max_footprint)
    broken.push_back(fmt::format("--max-footprint {:g}%", 100 * *limits.max_footprint));
  if (limits.max_cycles && figures.cycles > *limits.max_cycles)
    broken.push_back(fmt::format("--max-cycles {}", *limits.max_cycles));
  return broken;
}

std::optional<std::size_t> choose(const Limits& limits, const std::vector<Figures>& all) {
  std::optional<std::size_t> best;
  const auto rank = [&](const Figures& figures) {
    return limits.max_loss ? std::tuple(figures.footprint, figures.loss_bound, figures.bit_operations)
                           : std::tuple(figures.loss_bound, figures.footprint, figures.bit_operations);
  };
  for (std::size_t index = 0; index < all.size(); ++index)
    if (counts(all[index]) && violation(limits, all[index]) == 0 &&
        (!best || rank(all[index]) < rank(all[*best])))
      best = index;
  return best;
}

Error explain_no_choice(const Limits& limits, const std::vector<Figures>& all) {
  std::map<std::string, int> excluded;
  const Figures* nearest = nullptr;
  int failed = 0;
  for (const Figures& figures : all) {
    if (!figures.usable()) ++failed;
    if (!figures.usable()) continue;
    for (const std::string& limit : broken_limits(limits, figures)) ++excluded[limit];
    if (figures.complete && (nullptr == nearest || violation(limits, figures) < violation(limits, *nearest)))
      nearest = &figures;
  }
  if (all.empty()) return {"no plan was tried: give more --evaluations or --minutes"};
  std::vector<std::string> reasons;
  reasons.reserve(excluded.size() + 1);
  for (const auto& [limit, count] : excluded) reasons.push_back(fmt::format("{} excludes {}", limit, count));
  if (failed > 0) reasons.push_back(fmt::format("{} cannot be made", failed));
  std::string message =
      fmt::format("none of the {} plans tried will do: {}", all.size(), fmt::join(reasons, ", "));
  if (nearest != nullptr) message += "; the nearest: " + describe(limits, *nearest);
  return {message};
}

}  // namespace fixgate
