#include "hardware/verilog_text.h"

#include <gtest/gtest.h>

#include "data/test_folder.h"
#include "files/golden_test.h"
#include "fixed/program_of.h"
#include "hardware/library.h"
#include "hardware/memories.h"
#include "hardware/random_design_test.h"
#include "hardware/readme_text.h"
#include "tools/program.h"

namespace fixgate {
namespace {

Accelerator example(const ExampleShape& shape, const AcceleratorOptions& options) {
  auto designed = design_accelerator(program_of(make_example(shape, 1)), options);
  EXPECT_TRUE(designed) << designed.error().message;
  return std::move(*designed);
}

// What the generator can write: every kind of layer, state, output and geometry.
std::vector<Accelerator> examples() {
  AcceleratorOptions two_lanes;
  two_lanes.lanes = {{"", 2}};
  AcceleratorOptions index;
  index.lanes = {{"rnn0", 7}};
  index.output = AcceleratorOutput::Index;
  AcceleratorOptions fast;
  fast.multipliers = 100;
  return {example({.name = "tiny_lstm", .initial_states = true}, two_lanes),
          example({.name = "tiny_gru_reset_before", .kind = CellKind::Gru, .select = SelectKind::LastStep},
                  index),
          example({.name = "tiny_tied",
                   .kind = CellKind::Gru,
                   .linear_before_reset = true,
                   .tokens = true,
                   .tied = true,
                   .initial_states = true,
                   .inputs = 5},
                  {}),
          example({.name = "tiny_stack", .layers = 2, .relu = true, .any_format = true}, fast)};
}

// Outputs that fill their bytes, so that the sign bit with which they travel has no place in tdata.
std::vector<Accelerator> whole_byte_outputs() {
  FixedChain network = make_example({.name = "unsigned_output"}, 1);
  network.signals[static_cast<std::size_t>(output_signal(network))].format.format = {false, 16, 5};
  auto designed = design_accelerator(program_of(network), {});
  EXPECT_TRUE(designed) << designed.error().message;
  AcceleratorOptions index;
  index.output = AcceleratorOutput::Index;
  return {std::move(*designed), example({.name = "many_outputs", .outputs = 200}, index)};
}

TEST(VerilogText, GoldenFiles) {
  for (const Accelerator& accelerator : examples()) {
    const auto package = package_text(accelerator);
    const auto top = top_text(accelerator);
    const auto memories = list_memories(accelerator);
    ASSERT_TRUE(package && top && memories);
    const std::string name = accelerator.name;
    compare_with_golden("hardware", name + "_pkg.sv", *package);
    compare_with_golden("hardware", name + ".sv", *top);
    compare_with_golden("hardware", name + ".md", readme_text(accelerator, *memories));
    std::string hex;
    for (const MemoryFile& memory : *memories)
      if (!memory.name.starts_with("table")) hex += memory.image.hex(memory.name + ": " + memory.content);
    compare_with_golden("hardware", name + ".hex", hex);
  }
}

TEST(VerilogText, NeedsOnlyTheModulesItInstantiates) {
  const auto has = [](const std::vector<EmbeddedText>& library, std::string_view name) {
    return std::ranges::any_of(library, [&](const EmbeddedText& text) { return text.name == name; });
  };
  const auto dense = needed_library("  fg_dense #(\n  ) u_a ();\n  // fg_gru in a comment\n");
  EXPECT_TRUE(has(dense, "fg_pkg.sv") && has(dense, "fg_dense.sv") && has(dense, "fg_matvec.sv") &&
              has(dense, "fg_rom.sv"));
  EXPECT_FALSE(has(dense, "fg_gru.sv") || has(dense, "fg_lstm.sv") || has(dense, "fg_embedding.sv"));
}

class VerilogLint : public TestFolder {
 protected:
  void lint(const Accelerator& accelerator) const {
    const auto folder = folder_ / accelerator.name;
    const auto written = write_accelerator(accelerator, folder);
    ASSERT_TRUE(written) << written.error().message;
    ProgramCall call{"verilator",
                     {"--lint-only", "-Wall", "--top-module", accelerator.name, "rtl/lib/fg_pkg.sv"},
                     folder,
                     {}};
    for (const auto& entry : std::filesystem::directory_iterator(folder / "rtl/lib"))
      if (entry.path().filename() != "fg_pkg.sv") call.arguments.push_back(entry.path().string());
    call.arguments.push_back("rtl/" + accelerator.name + "_pkg.sv");
    call.arguments.push_back("rtl/" + accelerator.name + ".sv");
    const auto result = run_program(call);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->exit_code, 0);
    EXPECT_EQ(result->error, "");
  }
};

TEST_F(VerilogLint, EveryDesignIsClean) {
  if (!find_program("verilator")) GTEST_SKIP() << "verilator is not installed";
  for (const Accelerator& accelerator : examples()) lint(accelerator);
  for (const Accelerator& accelerator : whole_byte_outputs()) lint(accelerator);
  for (std::uint64_t seed = 100; seed < 108; ++seed) {
    SCOPED_TRACE(seed);
    lint(RandomDesign(seed).accelerator());
  }
}

}  // namespace
}  // namespace fixgate
