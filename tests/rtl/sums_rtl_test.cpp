// From products to the rows' totals: docs/numerics.md, section 5.
#include "numeric/accumulator.h"
#include "rtl/module_test.h"
#include "rtl/timeline.h"
#include "rtl/weight_code.h"

namespace fixgate::rtl {
namespace {

constexpr int kCycles = 200;

/// What lanes take, by the way in which they multiply: weights, or codes of powers of two.
class LaneWeights {
 public:
  explicit LaneWeights(Random& random)
      : kind(random.pick({ProductKind::Multiply, ProductKind::Select, ProductKind::Shift})) {
    if (kind == ProductKind::Select) code_ = {WeightEncoding::Ternary, 2};
    if (kind == ProductKind::Shift) code_ = {WeightEncoding::PowerOfTwo, random.number(2, 4)};
    if (kind == ProductKind::Multiply) code_ = {WeightEncoding::Integer, random.number(1, 16)};
    // Weights of fewer bits than their width: then the sum may be narrower than a product.
    drawn_ = {code_.encoding, kind == ProductKind::Multiply ? random.number(1, code_.width) : code_.width};
  }

  [[nodiscard]] int width() const { return code_.width; }
  [[nodiscard]] std::int64_t draw(Random& random) const { return random_weight(random, drawn_); }
  [[nodiscard]] std::int64_t taken(std::int64_t weight) const {
    return kind == ProductKind::Shift ? power_code(weight, code_.width) : weight;
  }

  ProductKind kind;

 private:
  WeightCode code_, drawn_;
};

void add_mac_lanes(Bench& bench, Random& random) {
  const LaneWeights weights(random);
  const int lanes = random.number(1, 6);
  const int split = random.pick({1, 2, 4});
  const WeightCode operands{WeightEncoding::Integer, random.number(1, 17)};
  enum { Valid, First, Weights };
  const int operand = Weights + lanes * split;
  const auto inputs =
      joined({{1, 1}, repeated(lanes * split, weights.width()), repeated(split, operands.width)});
  Timeline drawn(inputs, {}, kCycles, random);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(lanes));
  std::vector<std::pair<int, std::vector<std::int64_t>>> expected;
  Wide reach = 1;
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    const bool valid = random.chance(0.7);
    const bool first = random.chance(0.2) || (valid && expected.empty());
    drawn.drive(cycle, Valid, valid ? 1 : 0);
    drawn.drive(cycle, First, first ? 1 : 0);
    for (int p = 0; p < split; ++p) drawn.drive(cycle, operand + p, random_weight(random, operands));
    for (int lane = 0; lane < lanes; ++lane) {
      std::int64_t product = 0;
      for (int p = 0; p < split; ++p) {
        const std::int64_t weight = weights.draw(random);
        drawn.drive(cycle, Weights + lane * split + p, weights.taken(weight));
        product += weight * drawn.driven(cycle, operand + p);
      }
      std::int64_t& sum = sums[static_cast<std::size_t>(lane)];
      if (valid) sum = (first ? 0 : sum) + product;
      reach = std::max<Wide>({reach, sum, -sum});
    }
    if (valid || !expected.empty()) expected.emplace_back(cycle + 3, sums);
  }
  const int sum_width = signed_width(-reach, reach);
  Timeline timeline(inputs, repeated(lanes, sum_width), kCycles, random);
  for (int cycle = 0; cycle < kCycles; ++cycle)
    for (int field = 0; field < static_cast<int>(inputs.size()); ++field)
      timeline.drive(cycle, field, drawn.driven(cycle, field));
  for (const auto& [cycle, values] : expected)
    for (int lane = 0; lane < lanes; ++lane)
      timeline.expect(cycle, lane, values[static_cast<std::size_t>(lane)]);
  timeline.add_to(bench,
                  {number("Lanes", lanes), number("Split", split),
                   number("Product", static_cast<int>(weights.kind)), number("WeightWidth", weights.width()),
                   number("OperandWidth", operands.width), number("SumWidth", sum_width)});
}

void add_row_sum(Bench& bench, Random& random) {
  const int sum_width = random.number(1, 30);
  const int shift_width = random.number(1, 4);
  const int hidden_bias_width = random.chance(0.5) ? random.number(1, 30) : 0;
  const int bias_width = random.number(1, 40);
  const int total_width = std::max({sum_width + (1 << shift_width), bias_width, hidden_bias_width}) + 2;
  enum { XShift, HiddenShift, Bias, HiddenBias, XSum, HiddenSum };
  enum { Total, XTotal, HiddenTotal };
  // Fields of no bits are left out of the word by their width.
  Timeline timeline({shift_width, shift_width, bias_width, hidden_bias_width, sum_width, sum_width},
                    repeated(3, total_width), kCycles, random);
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    const auto draw = [&](int field, int width) {
      const std::int64_t half = width > 0 ? std::int64_t{1} << (width - 1) : 0;
      const std::int64_t value = width > 0 ? random.in(-half, half - 1) : 0;
      timeline.drive(cycle, field, value);
      return value;
    };
    const int x_shift = random.number(0, (1 << shift_width) - 1);
    const int hidden_shift = random.number(0, (1 << shift_width) - 1);
    timeline.drive(cycle, XShift, x_shift);
    timeline.drive(cycle, HiddenShift, hidden_shift);
    const std::int64_t bias = draw(Bias, bias_width);
    const std::int64_t hidden_bias = draw(HiddenBias, hidden_bias_width);
    const std::int64_t x = align(draw(XSum, sum_width), x_shift);
    const std::int64_t hidden = align(draw(HiddenSum, sum_width), hidden_shift);
    timeline.expect(cycle, Total, x + hidden + bias);
    timeline.expect(cycle, XTotal, x + bias);
    timeline.expect(cycle, HiddenTotal, hidden + hidden_bias);
  }
  timeline.add_to(bench, {number("SumWidth", sum_width), number("TotalWidth", total_width),
                          number("ShiftWidth", shift_width), number("BiasWidth", bias_width),
                          number("HiddenBiasWidth", hidden_bias_width)});
}

/// Groups of rows that a slice hands on, and when their sums are there.
struct DrainPlan {
  int slices, lanes, sum_width, first_rows, second_rows;
  bool split_sums, holds;

  [[nodiscard]] int rows() const { return first_rows + second_rows; }
};

class DrainRun {
 public:
  DrainRun(const DrainPlan& plan, Random& random)
      : plan_(plan),
        random_(random),
        timeline_(joined({{1, 1, 1}, repeated(plan.slices * plan.lanes, plan.sum_width)}),
                  joined({{index_bits(plan.rows()), 1}, repeated(2 * plan.slices, plan.sum_width)}), 600,
                  random) {
    for (const int flag : {kXDone, kGroupDone, kPassDone}) timeline_.drive_always(flag, 0);
    timeline_.expect_always(kValid, 0);
  }

  void fill() {
    while (add_pass(0, plan_.first_rows) &&
           (plan_.second_rows == 0 || add_pass(plan_.first_rows, plan_.second_rows))) {
    }
  }

  void add_to(Bench& bench) const {
    timeline_.add_to(bench, {number("Slices", plan_.slices), number("Lanes", plan_.lanes),
                             number("SumWidth", plan_.sum_width), number("Rows", plan_.rows()),
                             number("FirstRows", plan_.first_rows), flag("SplitSums", plan_.split_sums),
                             flag("XHold", plan_.holds)});
  }

 private:
  static constexpr int kXDone = 0, kGroupDone = 1, kPassDone = 2, kSums = 3;
  static constexpr int kRow = 0, kValid = 1, kXSums = 2;

  bool add_pass(int first, int rows) {
    for (int done = 0; done < rows; done += plan_.lanes)
      if (!add_group(first + done, std::min(plan_.lanes, rows - done), done + plan_.lanes >= rows))
        return false;
    return true;
  }

  bool add_group(int first_row, int rows, bool pass_ends) {
    const int idle = random_.chance(0.5) ? 0 : random_.number(0, 5);
    // Without a place to hold them, the sums of x come only when the group before has left.
    const int x_words = plan_.holds ? random_.number(1, plan_.lanes) : plan_.lanes + random_.number(0, 3);
    const int x_done = group_done_ + x_words + idle;
    const int least = plan_.split_sums ? std::max(x_done + 1, group_done_ + plan_.lanes) : x_done;
    const int done = least + (plan_.split_sums ? random_.number(0, 4) : 0);
    if (done + rows + 1 >= timeline_.cycles()) return false;
    timeline_.drive(x_done, kXDone, 1);
    timeline_.drive(done, kGroupDone, 1);
    timeline_.drive(done, kPassDone, pass_ends ? 1 : 0);
    for (int row = 0; row < rows; ++row) expect_row(x_done, done, first_row + row, row);
    group_done_ = done;
    return true;
  }

  void expect_row(int x_done, int done, int row, int lane) {
    timeline_.expect(done + lane, kRow, row);
    timeline_.expect(done + lane + 1, kValid, 1);
    for (int s = 0; s < plan_.slices; ++s) {
      const int field = kSums + s * plan_.lanes + lane;
      timeline_.expect(done + lane + 1, kXSums + s, timeline_.driven(x_done, field));
      timeline_.expect(done + lane + 1, kXSums + plan_.slices + s,
                       plan_.split_sums ? timeline_.driven(done, field) : 0);
    }
  }

  DrainPlan plan_;
  Random& random_;
  Timeline timeline_;
  int group_done_ = 0;
};

void add_drain(Bench& bench, Random& random) {
  DrainPlan plan{
      random.number(1, 3), random.number(1, 7), random.number(1, 20), random.number(1, 12), 0, true, true};
  if (random.chance(0.3)) plan.second_rows = random.number(1, 8);
  plan.split_sums = random.chance(0.7);
  plan.holds = plan.split_sums && plan.lanes > 1 && random.chance(0.5);
  DrainRun run(plan, random);
  run.fill();
  run.add_to(bench);
}

TEST(SumsRtl, MultiplyAccumulateLanes) {
  check_module("fg_mac_lanes", add_mac_lanes, 60, 3);
}
TEST(SumsRtl, RowSum) {
  check_module("fg_row_sum", add_row_sum, 60, 3);
}
TEST(SumsRtl, Drain) {
  check_module("fg_drain", add_drain, 80, 3);
}

}  // namespace
}  // namespace fixgate::rtl
