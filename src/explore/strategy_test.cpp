#include "explore/strategy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace fixgate {
namespace {

SearchSpace small_space() {
  SearchSpace space;
  for (const char* name : {"l.W_a", "l.W_b", "l.W_c"})
    space.dimensions.push_back({DimensionKind::WeightWidth, name, {{name, 0}}, {2, 3, 4, 5, 6, 7, 8}});
  for (const char* name : {"l.x", "l.h"})
    space.dimensions.push_back({DimensionKind::SignalWidth, name, {{name, 0}}, {3, 4, 5, 6, 7, 8}});
  return space;
}

/// A network whose dimensions harm by a law: each bit less harms four times as much, some dimensions more.
class Law : public TrialRunner {
 public:
  Law(const SearchSpace& space, std::size_t budget) : space_(space), budget_(budget) {}

  std::optional<std::vector<Figures>> run(const std::vector<Candidate>& candidates, bool /*race*/) override {
    std::vector<Figures> all;
    for (const Candidate& candidate : candidates) {
      all.push_back(figures(candidate));
      if (known_.contains(candidate)) continue;
      if (seen_.size() == budget_) return std::nullopt;
      known_[candidate] = seen_.size();
      seen_.push_back({candidate, all.back()});
    }
    return all;
  }
  [[nodiscard]] const std::vector<SeenTrial>& seen() const override { return seen_; }

  [[nodiscard]] Figures figures(const Candidate& candidate) const {
    const double harms[] = {0.1, 1, 10, 1, 1};
    const double sizes[] = {10, 1, 1, 0, 0};
    Figures one;
    one.complete = true;
    for (std::size_t d = 0; d < candidate.size(); ++d) {
      if (candidate[d] == kUntouched) continue;
      const int width = space_.dimensions[d].levels[static_cast<std::size_t>(candidate[d])];
      one.distance += harms[d] * std::pow(4.0, -width);
      one.footprint += sizes[d] * width / 384;
      one.bit_operations += width / 320.0;
    }
    one.loss = one.loss_bound = one.distance;
    return one;
  }

 private:
  const SearchSpace& space_;
  std::size_t budget_;
  std::vector<SeenTrial> seen_;
  std::map<Candidate, std::size_t> known_;
};

Search search_of(const SearchSpace& space, TrialRunner& trials, double max_loss) {
  return {space, trials, {Objective::Loss, Objective::Footprint}, {max_loss, {}, {}}, 1};
}

double best_footprint(const Law& law, double max_loss) {
  double best = 1;
  for (const SeenTrial& trial : law.seen())
    if (trial.figures.loss <= max_loss) best = std::min(best, trial.figures.footprint);
  return best;
}

/// By trying everything.
double least_footprint(const SearchSpace& space, const Law& law, double max_loss) {
  double best = 1;
  Candidate candidate = narrowest(space);
  while (true) {
    const Figures one = law.figures(candidate);
    if (one.loss <= max_loss) best = std::min(best, one.footprint);
    std::size_t d = 0;
    for (; d < candidate.size(); ++d) {
      if (++candidate[d] < static_cast<int>(space.dimensions[d].levels.size())) break;
      candidate[d] = 0;
    }
    if (d == candidate.size()) return best;
  }
}

TEST(Grid, TriesEveryPairOfUniformWidths) {
  const SearchSpace space = small_space();
  Law law(space, 1000);
  Search search = search_of(space, law, 0.01);
  search_grid(search);
  EXPECT_EQ(law.seen().size(), 7U * 6U);
  for (const SeenTrial& trial : law.seen()) EXPECT_EQ(trial.candidate[0], trial.candidate[2]);
}

TEST(Sensitivity, FindsNearlyTheSmallestWhereHarmsAddUp) {
  const SearchSpace space = small_space();
  for (const double max_loss : {0.003, 0.01, 0.05}) {
    Law law(space, 1000);
    Search search = search_of(space, law, max_loss);
    search_sensitivity(search);
    EXPECT_LE(best_footprint(law, max_loss), 1.05 * least_footprint(space, law, max_loss)) << max_loss;
    EXPECT_LT(law.seen().size(), 110U);
  }
}

TEST(Evolve, GetsNearerThanChance) {
  const SearchSpace space = small_space();
  Law law(space, 600);
  Search search = search_of(space, law, 0.01);
  search_evolve(search);
  EXPECT_LE(best_footprint(law, 0.01), 1.1 * least_footprint(space, law, 0.01));
}

TEST(Evolve, TakesTheSameWayAgain) {
  const SearchSpace space = small_space();
  Law first(space, 200);
  Law second(space, 200);
  Law other(space, 200);
  Search one = search_of(space, first, 0.01);
  Search two = search_of(space, second, 0.01);
  Search three = search_of(space, other, 0.01);
  three.seed = 2;
  for (Search* search : {&one, &two, &three}) search_evolve(*search);
  ASSERT_EQ(first.seen().size(), second.seen().size());
  const auto same = [](const SeenTrial& a, const SeenTrial& b) { return a.candidate == b.candidate; };
  EXPECT_TRUE(std::ranges::equal(first.seen(), second.seen(), same));
  EXPECT_FALSE(std::ranges::equal(first.seen(), other.seen(), same));
}

TEST(Strategies, EndWithTheirBudget) {
  const SearchSpace space = small_space();
  for (const char* name : {"grid", "sensitivity", "evolve"}) {
    Law law(space, 10);
    Search search = search_of(space, law, 0.01);
    parse_strategies(name)->front().run(search);
    EXPECT_EQ(law.seen().size(), 10U) << name;
  }
}

TEST(Strategies, AreReadByName) {
  EXPECT_EQ(parse_strategies("sensitivity,evolve")->size(), 2U);
  for (const char* text : {"", "guess", "grid,grid", "grid,"}) EXPECT_FALSE(parse_strategies(text)) << text;
}

}  // namespace
}  // namespace fixgate
