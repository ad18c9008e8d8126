#include "sweep/records.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

SweepRecord example() {
  SweepRecord record;
  record.network = "digits";
  record.plan = "default 4/8";
  record.metric = MetricKind::Perplexity;
  record.float_metric = 3.690123456789;
  record.fixed_metric = 3.93;
  record.footprint_whole = 0.125;
  record.footprint_recurrent = 0.25;
  record.entropy = 0.2;
  record.agreement = 0.875;
  record.saturated = 0.001;
  record.seconds = 2.5;
  record.fingerprint = "00ff";
  return record;
}

TEST(Records, ComeBackFromJsonAsTheyWere) {
  const auto records = parse_records(to_json({example()}));
  ASSERT_TRUE(records) << records.error().message;
  ASSERT_EQ(records->size(), 1U);
  EXPECT_EQ(to_json(*records), to_json({example()}));
  EXPECT_EQ(records->front().float_metric, example().float_metric);
}

TEST(Records, AreRefusedWhenDamaged) {
  const std::string json = to_json({example()});
  for (std::size_t length = 0; length + 2 < json.size(); ++length)
    EXPECT_FALSE(parse_records(std::string_view(json).substr(0, length))) << length;
  EXPECT_FALSE(parse_records(R"([{"network": "a"}])"));
  EXPECT_FALSE(parse_records(R"([1])"));
}

TEST(Records, OfAFileThatIsNotThereAreNone) {
  const auto records = read_records("no/such/results.json");
  ASSERT_TRUE(records);
  EXPECT_TRUE(records->empty());
}

TEST(Records, MakeATableWithTheMetricAsItIsWritten) {
  const std::string table = to_table({example()});
  EXPECT_NE(table.find("3.690"), std::string::npos);
  EXPECT_NE(table.find("87.50 %"), std::string::npos);
  EXPECT_EQ(format_metric(MetricKind::Accuracy, 0.88944), "88.94 %");
  EXPECT_EQ(format_metric(MetricKind::Rmse, 0.0809712), "0.08097");
}

TEST(Records, WriteNoNumberInHundredsOfDigits) {
  EXPECT_EQ(with_places(1.5, 2), "1.50");
  EXPECT_EQ(with_places(1e308, 3), "1e+308");
  EXPECT_EQ(percent(0.1234), "12.34 %");
  EXPECT_EQ(percent(1e300), "1e+302 %");
  EXPECT_EQ(format_metric(MetricKind::Perplexity, 1.25e300), "1.25e+300");
}

}  // namespace
}  // namespace fixgate
