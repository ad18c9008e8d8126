// Short and long packets: whatever a packet lacks, those after it are answered rightly.
#include <gtest/gtest.h>

#include "data/test_folder.h"
#include "fixed/program_of.h"
#include "fixed/testing/example_networks.h"
#include "hardware/packet_run.h"

namespace fixgate {
namespace {

struct PacketCase {
  const char* name;
  ExampleShape shape;
};

std::ostream& operator<<(std::ostream& out, const PacketCase& one) {
  return out << one.name;
}

class Packets : public TestFolder, public testing::WithParamInterface<PacketCase> {
 protected:
  void expect_answers(SimulatorKind simulator) {
    const auto accelerator = design_accelerator(program_of(make_example(GetParam().shape, 5)), {});
    ASSERT_TRUE(accelerator) << accelerator.error().message;
    const auto folder = folder_ / "accelerator";
    ASSERT_TRUE(write_accelerator(*accelerator, folder));
    for (const Stalls stalls : {Stalls::None, Stalls::Mixed, Stalls::Heavy})
      for (const std::uint64_t seed : {1, 2}) {
        const auto result = send_packets(*accelerator, folder, {simulator, stalls, seed});
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_TRUE(result->ended);
        EXPECT_EQ(result->mismatches, 0) << result->first_mismatch;
        EXPECT_GT(result->output_values, 0);
      }
  }
};

TEST_P(Packets, AreAnsweredInIcarus) {
  expect_answers(SimulatorKind::Icarus);
}

TEST_P(Packets, AreAnsweredInVerilator) {
  expect_answers(SimulatorKind::Verilator);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Packets,
    testing::Values(
        PacketCase{"steps", {.name = "top", .kind = CellKind::Lstm, .inputs = 5}},
        PacketCase{"last_step",
                   {.name = "top", .kind = CellKind::Gru, .select = SelectKind::LastStep, .inputs = 3}},
        PacketCase{
            "embedding",
            {.name = "top", .kind = CellKind::Gru, .linear_before_reset = true, .tokens = true, .inputs = 6}},
        PacketCase{"one_feature", {.name = "top", .kind = CellKind::Lstm, .inputs = 1}}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace fixgate
