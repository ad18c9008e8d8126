#include "quantize/allocated_bits.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "diagnostic/progress.h"
#include "fixed/footprint.h"
#include "fixed/program_of.h"
#include "quantize/resolve.h"

namespace fixgate {
namespace {

constexpr int kNarrowest = 2;    // bits of plain integers; 1 bit is the binary encoding's
constexpr int kUnits = 1 << 14;  // in which the budget is counted
constexpr int kMostExchanges = 16;
constexpr std::size_t kTries = 4;  // exchanges measured before it is believed that none helps

/// A matrix whose code is to be chosen, by a level.
struct Adjustable {
  std::string name;
  std::vector<WeightCode> codes;  // the narrowest first
};

/// The matrices of plain integers, which are narrowed from what the plan gives them.
Result<std::vector<Adjustable>> adjustable_matrices(const FormatPlan& plan, const PlanTrials& trials) {
  const std::vector<std::string>& names = trials.matrices;
  FIXGATE_ASSIGN(const std::vector<WeightOptions> options, resolve_weights(plan, names));
  std::vector<Adjustable> all;
  for (std::size_t m = 0; m < names.size(); ++m) {
    if (std::ranges::find(trials.kept, names[m]) != trials.kept.end()) continue;
    const WeightCode& widest = options[m].code;
    if (widest.encoding != WeightEncoding::Integer || widest.width < kNarrowest) continue;
    Adjustable one{names[m], {}};
    for (const WeightEncoding encoding : {WeightEncoding::Binary, WeightEncoding::Ternary})
      one.codes.push_back({encoding, fixed_width(encoding)});
    for (int width = kNarrowest; width <= widest.width; ++width)
      one.codes.push_back({WeightEncoding::Integer, width});
    all.push_back(std::move(one));
  }
  return all;
}

double narrowest_bits(const std::vector<HarmCurve>& curves) {
  double bits = 0;
  for (const HarmCurve& curve : curves) bits += *std::ranges::min_element(curve.cost);
  return bits;
}

/// By curve and level, rounded up; more than kUnits stand for all that is more.
std::vector<std::vector<std::size_t>> units_beyond_cheapest(const std::vector<HarmCurve>& curves,
                                                            double unit) {
  std::vector<std::vector<std::size_t>> all;
  for (const HarmCurve& curve : curves) {
    const double cheapest = *std::ranges::min_element(curve.cost);
    std::vector<std::size_t> units;
    for (const double cost : curve.cost)
      units.push_back(static_cast<std::size_t>(std::min(std::ceil((cost - cheapest) / unit), kUnits + 1.0)));
    all.push_back(std::move(units));
  }
  return all;
}

using Levels = std::vector<int>;  // by matrix

using Trial = PlanTrial;

/// Levels that differ in one or two matrices from those that are chosen.
struct Exchange {
  Levels levels;
  double promised = 0;  // the fall of the harm if harms add up
};

class BitAllocation {
 public:
  BitAllocation(const FormatPlan& plan, const PlanTrials& trials) : plan_(plan), trials_(trials) {}

  Result<FormatPlan> run(double footprint) {
    FIXGATE_ASSIGN(const Trial base, trials_.measure(plan_));
    FIXGATE_ASSIGN(matrices_, adjustable_matrices(plan_, trials_));
    if (matrices_.empty())
      return fail("max_footprint: the plan leaves no matrix of plain integers to narrow");
    budget_ = footprint * trials_.float_bits;
    FIXGATE_ASSIGN(const std::vector<HarmCurve> curves, measure_curves(base));
    Levels best = least_harm_within(curves, budget_);
    if (best.empty())
      return fail(
          "max_footprint: {:.2f} % cannot be reached, the narrowest weights make {:.2f} %: allow more",
          100 * footprint, 100 * narrowest_bits(curves) / trials_.float_bits);
    FIXGATE_CHECK(start_from(std::move(best)));
    FIXGATE_CHECK(exchange_bits());
    return plan_of(levels_);
  }

 private:
  [[nodiscard]] FormatPlan plan_of(const Levels& levels) const {
    FormatPlan plan = plan_;
    for (std::size_t m = 0; m < matrices_.size(); ++m) {
      const WeightCode& code = matrices_[m].codes[static_cast<std::size_t>(levels[m])];
      WeightRule rule;
      rule.match = matrices_[m].name;
      rule.width = code.width;
      rule.encoding = code.encoding;
      plan.weights.push_back(std::move(rule));
    }
    return plan;
  }

  [[nodiscard]] Result<Trial> measure(const Levels& levels) const { return trials_.measure(plan_of(levels)); }

  /// Each matrix at each of its levels, the others at their widest. Costs are beside those of `base`, the
  /// widest network, whose own bits the first curve counts.
  [[nodiscard]] Result<std::vector<HarmCurve>> measure_curves(const Trial& base) const {
    Levels widest;
    for (const Adjustable& matrix : matrices_) widest.push_back(static_cast<int>(matrix.codes.size()) - 1);
    Progress progress("allocated bits", std::accumulate(widest.begin(), widest.end(), 0), "plans");
    std::vector<HarmCurve> curves;
    for (std::size_t m = 0; m < matrices_.size(); ++m) {
      const auto levels = matrices_[m].codes.size();
      const double own = m == 0 ? base.bits : 0;
      HarmCurve curve{std::vector<double>(levels, 0), std::vector<double>(levels, own)};
      for (auto level = levels - 1; level-- > 0; progress.advance()) {
        Levels changed = widest;
        changed[m] = static_cast<int>(level);
        FIXGATE_ASSIGN(const Trial trial, measure(changed));
        // Fewer bits never help: what looks so is chance.
        curve.harm[level] = std::max(trial.harm() - base.harm(), curve.harm[level + 1]);
        curve.cost[level] = own + trial.bits - base.bits;
      }
      curves.push_back(std::move(curve));
    }
    return curves;
  }

  /// From `levels`, or from all matrices at one level where that fits and is better: harms hardly add up when
  /// there are few bits, and costs only nearly, since biases have the binary points of both matrices before
  /// them.
  Result<void> start_from(Levels levels) {
    FIXGATE_ASSIGN(now_, measure(levels));
    levels_ = std::move(levels);
    std::size_t most = 0;
    for (const Adjustable& matrix : matrices_) most = std::max(most, matrix.codes.size());
    for (std::size_t level = 0; level < most; ++level) {
      Levels alike;
      for (const Adjustable& matrix : matrices_)
        alike.push_back(static_cast<int>(std::min(level, matrix.codes.size() - 1)));
      FIXGATE_ASSIGN(Trial trial, measure(alike));
      const bool is_better = now_.bits > budget_ || trial.harm() < now_.harm();
      if (trial.bits > budget_ || !is_better) continue;
      levels_ = std::move(alike);
      now_ = std::move(trial);
    }
    return {};
  }

  /// The trial with one matrix a level up or down; none where there is no such level.
  [[nodiscard]] Result<std::optional<Trial>> measure_step(std::size_t matrix, int step) const {
    Levels levels = levels_;
    levels[matrix] += step;
    if (levels[matrix] < 0 || levels[matrix] >= static_cast<int>(matrices_[matrix].codes.size()))
      return std::nullopt;
    FIXGATE_ASSIGN(Trial trial, measure(levels));
    return trial;
  }

  /// What fits the budget and promises something, the most promising first.
  [[nodiscard]] Result<std::vector<Exchange>> promising_exchanges() const {
    std::vector<std::optional<Trial>> up, down;
    for (std::size_t m = 0; m < matrices_.size(); ++m) {
      FIXGATE_ASSIGN(auto wider, measure_step(m, 1));
      FIXGATE_ASSIGN(auto narrower, measure_step(m, -1));
      up.push_back(std::move(wider));
      down.push_back(std::move(narrower));
    }
    std::vector<Exchange> all;
    for (std::size_t a = 0; a < matrices_.size(); ++a)
      for (std::size_t b = 0; b < matrices_.size(); ++b) {
        if (!up[a] || (a != b && !down[b])) continue;
        Exchange one{levels_, now_.harm() - up[a]->harm()};
        double bits = up[a]->bits;
        one.levels[a] += 1;
        if (a != b) {  // with itself: the budget has room for it alone
          one.levels[b] -= 1;
          one.promised += now_.harm() - down[b]->harm();
          bits += down[b]->bits - now_.bits;
        }
        if (bits <= budget_ && one.promised > 0) all.push_back(std::move(one));
      }
    std::ranges::stable_sort(all, std::ranges::greater{}, &Exchange::promised);
    return all;
  }

  /// Takes the first of the exchanges that keeps its promise clearly; whether there was one.
  Result<bool> take_one(const std::vector<Exchange>& exchanges) {
    for (std::size_t k = 0; k < std::min(kTries, exchanges.size()); ++k) {
      FIXGATE_ASSIGN(Trial trial, measure(exchanges[k].levels));
      if (trial.bits > budget_ || !is_clearly_less(trial.divergences, now_.divergences)) continue;
      levels_ = exchanges[k].levels;
      now_ = std::move(trial);
      return true;
    }
    return false;
  }

  Result<void> exchange_bits() {
    Progress progress("exchanged bits", kMostExchanges, "exchanges");
    for (int k = 0; k < kMostExchanges; ++k, progress.advance()) {
      FIXGATE_ASSIGN(const std::vector<Exchange> exchanges, promising_exchanges());
      FIXGATE_ASSIGN(const bool taken, take_one(exchanges));
      if (!taken) break;
    }
    return {};
  }

  const FormatPlan& plan_;
  const PlanTrials& trials_;
  std::vector<Adjustable> matrices_;
  double budget_ = 0;  // bits
  Levels levels_;
  Trial now_;  // with those levels
};

}  // namespace

Result<FormatPlan> allocate_bits(const FormatPlan& plan, double footprint, const MakeNetwork& make,
                                 const OutputDistance& distance) {
  FIXGATE_ASSIGN(const Quantised widest, make(plan));
  PlanTrials trials;
  for (const WeightMatrix& matrix : widest.network.weights) trials.matrices.push_back(matrix.name);
  trials.float_bits = 32 * static_cast<double>(widest.network.float_parameters);
  trials.measure = [&](const FormatPlan& one) -> Result<PlanTrial> {
    FIXGATE_ASSIGN(const Quantised made, make(one));
    FIXGATE_ASSIGN(std::vector<double> divergences, distance.of(made.network));
    return PlanTrial{static_cast<double>(measure_footprint(program_of(made.network)).whole_bits),
                     std::move(divergences)};
  };
  return allocate_bits(plan, footprint, trials);
}

Result<FormatPlan> allocate_bits(const FormatPlan& plan, double footprint, const PlanTrials& trials) {
  return BitAllocation(plan, trials).run(footprint);
}

double PlanTrial::harm() const {
  return std::accumulate(divergences.begin(), divergences.end(), 0.0) /
         static_cast<double>(divergences.size());
}

// Multiple-choice knapsack, by dynamic programming over the units at hand.
std::vector<int> least_harm_within(const std::vector<HarmCurve>& curves, double budget) {
  const double room = budget - narrowest_bits(curves);
  if (room < 0) return {};
  const auto units = units_beyond_cheapest(curves, std::max(room, 1.0) / kUnits);
  std::vector<double> least(kUnits + 1, 0);
  std::vector<std::vector<int>> choices;  // by curve and units at hand
  for (std::size_t c = 0; c < curves.size(); ++c) {
    std::vector<double> with(least.size(), INFINITY);
    std::vector<int> choice(least.size(), 0);
    for (std::size_t level = 0; level < units[c].size(); ++level)
      for (std::size_t have = units[c][level]; have < least.size(); ++have) {
        const double harm = least[have - units[c][level]] + curves[c].harm[level];
        if (harm >= with[have]) continue;
        with[have] = harm;
        choice[have] = static_cast<int>(level);
      }
    least = std::move(with);
    choices.push_back(std::move(choice));
  }
  std::vector<int> levels(curves.size());
  std::size_t have = kUnits;
  for (std::size_t c = curves.size(); c-- > 0;) {
    levels[c] = choices[c][have];
    have -= units[c][static_cast<std::size_t>(levels[c])];
  }
  return levels;
}

}  // namespace fixgate
