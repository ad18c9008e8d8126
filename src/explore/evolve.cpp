// NSGA-II by pagmo. The only file that knows pagmo.
#include <algorithm>
#include <exception>
#include <limits>
#include <map>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/batch_evaluators/member_bfe.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

#include "data/draw.h"
#include "explore/strategy.h"

namespace fixgate {
namespace {

constexpr std::size_t kPopulation = 32;  // a multiple of 4, as nsga2 demands
constexpr double kImpossible = 1e3;      // for plans that no network can be made of
constexpr int kMostGenerations = 1000;
constexpr int kIdleGenerations = 8;  // without a new trial: it has converged

/// Leaves pagmo when the search ends.
struct SearchEnds : std::exception {};

Candidate candidate_from(const double* begin, std::size_t size) {
  Candidate candidate;
  for (std::size_t d = 0; d < size; ++d) candidate.push_back(static_cast<int>(begin[d]));
  return candidate;
}

pagmo::vector_double to_pagmo(const Candidate& candidate) {
  return {candidate.begin(), candidate.end()};
}

/// Objectives, made worse where a limit is broken: nsga2 knows no constraints.
pagmo::vector_double fitness_of(const Search& search, const Figures& figures) {
  pagmo::vector_double fitness;
  const double penalty = figures.usable() ? violation(search.limits, figures) : kImpossible;
  for (const Objective objective : search.objectives) {
    const double value = figures.usable() ? objective_value(figures, objective) : kImpossible;
    fitness.push_back(value + penalty);
  }
  return fitness;
}

/// What pagmo calls a problem. pagmo copies it, and would store it if it were asked to.
class Problem {
 public:
  Problem() = default;
  explicit Problem(Search* search) : search_(search) {}

  [[nodiscard]] pagmo::vector_double fitness(const pagmo::vector_double& point) const {
    return batch_fitness(point);
  }

  [[nodiscard]] pagmo::vector_double batch_fitness(const pagmo::vector_double& points) const {
    const std::size_t size = search_->space.dimensions.size();
    std::vector<Candidate> candidates;
    for (std::size_t first = 0; first < points.size(); first += size)
      candidates.push_back(candidate_from(points.data() + first, size));
    const auto figures = search_->trials.run(candidates, true);
    if (!figures) throw SearchEnds();
    pagmo::vector_double all;
    for (const Figures& one : *figures) {
      const pagmo::vector_double fitness = fitness_of(*search_, one);
      all.insert(all.end(), fitness.begin(), fitness.end());
    }
    return all;
  }

  [[nodiscard]] std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    const Candidate low = narrowest(search_->space);
    const Candidate high = widest(search_->space);
    return {to_pagmo(low), to_pagmo(high)};
  }
  [[nodiscard]] pagmo::vector_double::size_type get_nobj() const { return search_->objectives.size(); }
  [[nodiscard]] pagmo::vector_double::size_type get_nix() const { return search_->space.dimensions.size(); }

  template <typename Archive>
  void serialize(Archive& /*archive*/, unsigned /*version*/) {}

 private:
  Search* search_ = nullptr;
};

Candidate random_candidate(const SearchSpace& space, SplitMix64& random) {
  Candidate candidate;
  for (const Dimension& dimension : space.dimensions)
    candidate.push_back(static_cast<int>(random.below(dimension.levels.size())));
  return candidate;
}

/// The front so far, then uniform widths, then neighbours of what is there, drawn.
std::vector<Candidate> first_generation(const Search& search) {
  std::vector<Figures> figures;
  for (const SeenTrial& trial : search.trials.seen()) figures.push_back(trial.figures);
  std::vector<Candidate> generation;
  const auto add = [&](const Candidate& candidate) {
    if (generation.size() < kPopulation && std::ranges::find(generation, candidate) == generation.end())
      generation.push_back(candidate);
  };
  const std::vector<std::size_t> front = pareto_front(figures, search.objectives);
  const std::size_t most = kPopulation / 2;
  const std::size_t taken = std::min(front.size(), most);
  for (std::size_t k = 0; k < taken; ++k) {
    const Candidate& candidate = search.trials.seen()[front[k * front.size() / taken]].candidate;
    if (std::ranges::find(candidate, kUntouched) == candidate.end()) add(candidate);
  }
  for (int width = 2; width <= 8; ++width)
    add(with_level(search.space, widest(search.space), DimensionKind::WeightWidth, width));
  SplitMix64 random(search.seed);
  for (std::size_t tries = 0; generation.size() < kPopulation && tries < 100 * kPopulation; ++tries)
    add(random_candidate(search.space, random));
  while (generation.size() < kPopulation) generation.push_back(generation.front());
  return generation;
}

void evolve(Search& search) {
  const pagmo::problem problem{Problem(&search)};
  const std::vector<Candidate> generation = first_generation(search);
  const auto figures = search.trials.run(generation, true);
  if (!figures) return;
  pagmo::population population(problem, 0, static_cast<unsigned>(search.seed));
  for (std::size_t k = 0; k < generation.size(); ++k)
    population.push_back(to_pagmo(generation[k]), fitness_of(search, (*figures)[k]));
  const double mutation = 1.5 / static_cast<double>(search.space.dimensions.size());
  pagmo::nsga2 nsga2(1, 0.95, 10., std::min(mutation, 1.0), 20., static_cast<unsigned>(search.seed));
  nsga2.set_bfe(pagmo::bfe{pagmo::member_bfe{}});
  const pagmo::algorithm algorithm{nsga2};
  int idle = 0;
  for (int k = 0; k < kMostGenerations && idle < kIdleGenerations; ++k) {
    const std::size_t before = search.trials.seen().size();
    population = algorithm.evolve(population);
    idle = search.trials.seen().size() == before ? idle + 1 : 0;
  }
}

}  // namespace

void search_evolve(Search& search) {
  try {
    evolve(search);
  } catch (const SearchEnds&) {
    return;
  }
}

}  // namespace fixgate
