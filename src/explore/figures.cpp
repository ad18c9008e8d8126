#include "explore/figures.h"

#include <algorithm>
#include <array>
#include <utility>

#include "program/layer_costs.h"

namespace fixgate {
namespace {

constexpr std::array kObjectives = {
    std::pair{Objective::Loss, "loss"}, std::pair{Objective::Footprint, "footprint"},
    std::pair{Objective::BitOperations, "bit-operations"}, std::pair{Objective::Cycles, "cycles"},
    std::pair{Objective::Area, "area"}};

constexpr double kFloatProduct = 32 * 32;

}  // namespace

std::string to_text(Objective objective) {
  for (const auto& [value, text] : kObjectives)
    if (value == objective) return text;
  return "?";
}

Result<std::vector<Objective>> parse_objectives(std::string_view text) {
  std::vector<Objective> objectives;
  while (true) {
    const std::string_view word = text.substr(0, text.find(','));
    const auto known = std::ranges::find_if(kObjectives, [&](const auto& one) { return word == one.second; });
    if (known == kObjectives.end())
      return fail(
          "--objectives: '{}' is no objective: expected loss, footprint, bit-operations, cycles or area",
          word);
    if (std::ranges::find(objectives, known->first) != objectives.end())
      return fail("--objectives: '{}' stands there twice", word);
    objectives.push_back(known->first);
    if (word.size() == text.size()) break;
    text.remove_prefix(word.size() + 1);
  }
  if (std::ranges::find(objectives, Objective::Loss) == objectives.end() || objectives.size() < 2)
    return fail("--objectives: expected loss and at least one other");
  return objectives;
}

double objective_value(const Figures& figures, Objective objective) {
  switch (objective) {
    case Objective::Loss:
      return figures.loss_bound;
    case Objective::Footprint:
      return figures.footprint;
    case Objective::BitOperations:
      return figures.bit_operations;
    case Objective::Cycles:
      return static_cast<double>(figures.cycles);
    case Objective::Area:
      break;
  }
  return static_cast<double>(figures.multiplier_bits);
}

bool dominates(const Figures& a, const Figures& b, const std::vector<Objective>& objectives) {
  bool is_better = false;
  for (const Objective objective : objectives) {
    const double of_a = objective_value(a, objective);
    const double of_b = objective_value(b, objective);
    if (of_a > of_b) return false;
    is_better = is_better || of_a < of_b;
  }
  return is_better;
}

std::vector<std::size_t> pareto_front(const std::vector<Figures>& all,
                                      const std::vector<Objective>& objectives) {
  std::vector<std::size_t> front;
  const auto is_equal = [&](std::size_t a, std::size_t b) {
    return std::ranges::all_of(objectives, [&](Objective objective) {
      return objective_value(all[a], objective) == objective_value(all[b], objective);
    });
  };
  for (std::size_t candidate = 0; candidate < all.size(); ++candidate) {
    if (!all[candidate].usable() || !all[candidate].complete) continue;
    const auto is_covered = [&](std::size_t member) {
      return dominates(all[member], all[candidate], objectives) || is_equal(member, candidate);
    };
    if (std::ranges::any_of(front, is_covered)) continue;
    std::erase_if(front,
                  [&](std::size_t member) { return dominates(all[candidate], all[member], objectives); });
    front.push_back(candidate);
  }
  std::ranges::stable_sort(front, {}, [&](std::size_t member) {
    return std::pair(all[member].footprint, all[member].loss_bound);
  });
  return front;
}

double bit_operations(const program::FixedNetwork& network) {
  const program::Program& program = network.program;
  double products = 0;
  double bits = 0;
  for (const program::ProductSite& site : product_sites_of(program)) {
    const double ticks = ticks_per_step(program, program.layers[site.layer].clock).value_or(1);
    const double count = ticks * static_cast<double>(products_at(program, site));
    if (count == 0) continue;
    products += count;
    bits += count * network.weights[site.matrix].mean_width() * network.formats[site.read.value].format.width;
  }
  return products > 0 ? bits / (products * kFloatProduct) : 0;
}

}  // namespace fixgate
