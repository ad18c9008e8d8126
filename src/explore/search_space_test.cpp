#include "explore/search_space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "calibrate/program_profile.h"
#include "data/load.h"
#include "fixed/footprint.h"
#include "quantize/quantise_program.h"
#include "sweep/load_program.h"

namespace fixgate {
namespace {

/// The digits GRU with its calibration.
class Space : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::filesystem::path folder = std::filesystem::path(FIXGATE_SOURCE_DIR) / "examples/digits";
    network_ = std::make_unique<program::FloatNetwork>(load_program(folder / "digits-gru.onnx", {})->network);
    const Task task = *read_task(folder / "digits.toml");
    const DataSet data = *load_data(task, Part::Calibration, "");
    const program::FloatRunner runner(*network_);
    profile_ =
        std::make_unique<program::GroupProfile>(*program::calibrate(runner, program::recordings_of(data)));
  }

  static program::FixedNetwork made(const FormatPlan& plan) {
    auto quantised = program::quantise(*network_, plan, {.profile = profile_.get()});
    EXPECT_TRUE(quantised) << quantised.error().message;
    return quantised->network;
  }
  static SearchSpace space(Granularity granularity, const std::string& preset = "default") {
    const FormatPlan base = *preset_plan(preset, {8, 8});
    return *make_search_space(base, made(base), granularity, {});
  }

  static std::unique_ptr<program::FloatNetwork> network_;
  static std::unique_ptr<program::GroupProfile> profile_;
};

std::unique_ptr<program::FloatNetwork> Space::network_;
std::unique_ptr<program::GroupProfile> Space::profile_;

std::vector<std::string> names(const SearchSpace& space) {
  std::vector<std::string> all;
  for (const Dimension& dimension : space.dimensions) all.push_back(dimension.name);
  return all;
}

TEST_F(Space, GranularityDecidesWhatSharesAWidth) {
  EXPECT_EQ(names(space(Granularity::PerNetwork)),
            (std::vector<std::string>{"weights", "activations", "tables"}));
  const auto by_layer = names(space(Granularity::PerLayer));
  for (const char* name :
       {"recurrent_GRU weights", "recurrent_GRU signals", "classify_Gemm.W", "recurrent_GRU tables"})
    EXPECT_NE(std::ranges::find(by_layer, name), by_layer.end()) << name;
  const auto by_gate = names(space(Granularity::PerGate));
  for (const char* name : {"recurrent_GRU.z weights", "recurrent_GRU.h signals", "recurrent_GRU.rec"})
    EXPECT_NE(std::ranges::find(by_gate, name), by_gate.end()) << name;
  const SearchSpace each = space(Granularity::PerSignal);
  EXPECT_TRUE(
      std::ranges::all_of(each.dimensions, [](const Dimension& one) { return one.members.size() == 1; }));
  EXPECT_EQ(each.dimensions.size(), 7U + 9U + 3U) << "matrices, signals but for the outputs, tables";
}

// The grid is the presets': the same integers.
TEST_F(Space, UniformWidthsAreThePresets) {
  for (const char* preset : {"default", "paper"})
    for (const Granularity granularity :
         {Granularity::PerNetwork, Granularity::PerGate, Granularity::PerSignal}) {
      const SearchSpace searched = space(granularity, preset);
      Candidate candidate = with_level(searched, untouched(searched), DimensionKind::WeightWidth, 4);
      candidate = with_level(searched, candidate, DimensionKind::SignalWidth, 5);
      program::FixedNetwork ours = made(plan_of(searched, candidate));
      program::FixedNetwork theirs = made(*preset_plan(preset, {4, 5}));
      ours.plan = theirs.plan = "";
      EXPECT_TRUE(ours == theirs) << preset << " " << to_text(granularity);
    }
}

TEST_F(Space, EveryDimensionChangesTheNetwork) {
  const SearchSpace searched = space(Granularity::PerSignal);
  const Candidate top = widest(searched);
  const program::FixedNetwork wide = made(plan_of(searched, top));
  for (std::size_t d = 0; d < top.size(); ++d) {
    Candidate lower = top;
    lower[d] = 0;
    program::FixedNetwork changed = made(plan_of(searched, lower));
    changed.plan = wide.plan;
    EXPECT_FALSE(changed == wide) << searched.dimensions[d].name;
  }
}

TEST_F(Space, PlansAreReadAgain) {
  const SearchSpace searched = space(Granularity::PerGate);
  const FormatPlan plan = plan_of(searched, narrowest(searched));
  const auto again = parse_plan(to_toml(plan));
  ASSERT_TRUE(again);
  EXPECT_TRUE(made(plan) == made(*again));
}

TEST_F(Space, SaysItsLevels) {
  const SearchSpace searched = space(Granularity::PerGate);
  const Candidate top = widest(searched);
  EXPECT_EQ(span_of(searched, top, DimensionKind::WeightWidth), "8");
  Candidate mixed = top;
  mixed[0] = 0;
  EXPECT_EQ(span_of(searched, mixed, DimensionKind::WeightWidth), "2-8");
  EXPECT_EQ(span_of(searched, untouched(searched), DimensionKind::SignalWidth), "-");
  const auto rec = std::ranges::find(searched.dimensions, "recurrent_GRU.rec", &Dimension::name);
  ASSERT_NE(rec, searched.dimensions.end());
  EXPECT_EQ(shown_level(*rec, 5), "12") << "four bits more than the activations";
}

TEST_F(Space, OffersEncodingsBelowTheWidths) {
  const FormatPlan base = *preset_plan("default", {8, 8});
  SearchRanges ranges;
  ranges.ternary = ranges.binary = true;
  const SearchSpace searched = *make_search_space(base, made(base), Granularity::PerNetwork, ranges);
  EXPECT_EQ(shown_level(searched.dimensions[0], 0), "binary");
  EXPECT_EQ(shown_level(searched.dimensions[0], 1), "ternary");
  EXPECT_EQ(shown_level(searched.dimensions[0], 2), "2");
  const std::array encodings = {WeightEncoding::Binary, WeightEncoding::Ternary, WeightEncoding::Integer};
  double last = 0;
  for (int place = 0; place < 3; ++place) {
    Candidate candidate = widest(searched);
    candidate[0] = place;
    const program::FixedNetwork network = made(plan_of(searched, candidate));
    for (const WeightMatrix& matrix : network.weights)
      EXPECT_EQ(matrix.encoding, encodings[static_cast<std::size_t>(place)]) << matrix.name;
    EXPECT_GT(measure_footprint(network).whole, last);
    last = measure_footprint(network).whole;
  }
  Candidate mixed = widest(searched);
  mixed[0] = 1;
  EXPECT_EQ(span_of(searched, mixed, DimensionKind::WeightWidth), "ternary");
  const SearchSpace by_gate = *make_search_space(base, made(base), Granularity::PerGate, ranges);
  mixed = widest(by_gate);
  mixed[0] = 0;
  EXPECT_EQ(span_of(by_gate, mixed, DimensionKind::WeightWidth), "binary-8");
}

// A base plan in another encoding keeps it, so that its matrices are no dimension.
TEST_F(Space, LeavesMatricesInOtherEncodingsAlone) {
  FormatPlan base = *preset_plan("default", {8, 8});
  base.weights.push_back(parse_plan("version = 1\n[[weight]]\nencoding = \"ternary\"")->weights[0]);
  SearchRanges ranges;
  ranges.ternary = true;
  const SearchSpace searched = *make_search_space(base, made(base), Granularity::PerNetwork, ranges);
  EXPECT_EQ(names(searched), (std::vector<std::string>{"activations", "tables"}));
}

TEST_F(Space, RefusesImpossibleRanges) {
  const FormatPlan base = *preset_plan("default", {8, 8});
  const program::FixedNetwork network = made(base);
  const auto made_of = [&](WidthRange weights, WidthRange activations, std::vector<int> segments) {
    SearchRanges ranges;
    ranges.weights = weights;
    ranges.activations = activations;
    ranges.segments = std::move(segments);
    return make_search_space(base, network, Granularity::PerGate, ranges);
  };
  for (const WidthRange range : {WidthRange{0, 4}, {5, 4}, {2, 33}}) {
    EXPECT_FALSE(made_of(range, {3, 8}, {8}));
    EXPECT_FALSE(made_of({2, 8}, range, {8}));
  }
  const auto wide = made_of({2, 8}, {22, 24}, {8});
  ASSERT_FALSE(wide);
  EXPECT_NE(wide.error().message.find("24 bits"), std::string::npos) << wide.error().message;
  EXPECT_FALSE(made_of({2, 8}, {3, 8}, {}));
}

}  // namespace
}  // namespace fixgate
