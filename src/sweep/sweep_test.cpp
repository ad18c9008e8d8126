#include "sweep/sweep.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "files/read.h"
#include "files/write.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

class Sweep : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  Suite suite(const std::vector<int>& weights) const {
    const fs::path examples = fs::path(FIXGATE_SOURCE_DIR) / "examples/digits";
    SuiteNetwork network{{"digits", examples / "digits-gru.onnx", examples / "digits.toml", false, {}}, {}};
    for (const int width : weights)
      network.plans.push_back(
          {"default " + std::to_string(width) + "/8", *preset_plan("default", {width, 8})});
    return {{network}};
  }
  SweepOptions options() const { return {{}, folder_}; }
  fs::path results() const { return folder_ / "results.json"; }

  fs::path folder_ = fs::temp_directory_path() / ("fixgate_sweep_" + std::to_string(::getpid()));
};

TEST_F(Sweep, GivesARecordAndAFileForEachPlan) {
  const auto sweep = run_sweep(suite({8, 4}), options());
  ASSERT_TRUE(sweep) << sweep.error().message;
  ASSERT_EQ(sweep->records.size(), 2U);
  EXPECT_GT(sweep->records[0].footprint_whole, sweep->records[1].footprint_whole);
  EXPECT_GE(sweep->records[0].fixed_metric, 0.96);
  EXPECT_TRUE(fs::exists(folder_ / "digits-default-8-8.fxg"));
  EXPECT_EQ(*read_file(results()), to_json(sweep->records));
}

TEST_F(Sweep, KeepsWhatIsThereAndMakesWhatIsNot) {
  ASSERT_TRUE(run_sweep(suite({8, 4}), options()));
  auto records = *read_records(results());
  records[1].seconds = 12345;  // shows whether the record was kept
  ASSERT_TRUE(write_file(results(), to_json(records)));
  const auto again = run_sweep(suite({6, 4}), options());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->records[0].plan, "default 6/8");
  EXPECT_EQ(again->records[1].seconds, 12345);
  fs::remove(folder_ / "digits-default-4-8.fxg");
  const auto remade = run_sweep(suite({4}), options());
  ASSERT_TRUE(remade) << remade.error().message;
  EXPECT_LT(remade->records[0].seconds, 12345) << "a record whose network is gone is made again";
}

TEST_F(Sweep, SkipsByNameWhatNeedsADataRoot) {
  Suite needy = suite({8});
  needy.networks[0].needs_data_root = true;
  const auto sweep = run_sweep(needy, options());
  ASSERT_TRUE(sweep) << sweep.error().message;
  EXPECT_TRUE(sweep->records.empty());
  EXPECT_EQ(sweep->skipped, std::vector<std::string>{"digits"});
}

TEST_F(Sweep, NamesNetworkAndPlanInErrors) {
  Suite broken = suite({8});
  broken.networks[0].model = "no/such.onnx";
  const auto sweep = run_sweep(broken, options());
  ASSERT_FALSE(sweep);
  EXPECT_NE(sweep.error().message.find("digits, plan default 8/8: no/such.onnx"), std::string::npos)
      << sweep.error().message;
}

}  // namespace
}  // namespace fixgate
