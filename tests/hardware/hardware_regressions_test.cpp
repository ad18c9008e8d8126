// Accelerators that once differed from the simulator (tests/data/regressions/hardware, found by
// verify_random), again.
#include <gtest/gtest.h>

#include "data/test_folder.h"
#include "files/read.h"
#include "fixed/file.h"
#include "hardware/manifest.h"
#include "verification/verification.h"

namespace fixgate {
namespace {

const std::filesystem::path kRegressions = FIXGATE_SOURCE_DIR "/tests/data/regressions/hardware";

/// From accelerator.json and network.fxg alone: the other files are written anew.
Accelerator read_design(const std::filesystem::path& folder) {
  const auto manifest = parse_manifest(*read_file(folder / kManifestName));
  AcceleratorOptions options;
  options.name = manifest->name;
  options.output = manifest->output;
  Accelerator accelerator = *design_accelerator(*read_fixed_network(folder / kNetworkName), options);
  for (Engine& engine : accelerator.engines)
    for (const auto& [identifier, geometry] : manifest->engines)
      if (identifier == engine.identifier) engine.geometry = geometry;
  return accelerator;
}

class HardwareRegressions : public TestFolder {};

TEST_F(HardwareRegressions, AreRightNow) {
  if (!std::filesystem::exists(kRegressions)) GTEST_SKIP() << "there are none yet";
  for (const auto& entry : std::filesystem::directory_iterator(kRegressions)) {
    SCOPED_TRACE(entry.path().string());
    const Accelerator accelerator = read_design(entry.path());
    const std::filesystem::path folder = folder_ / entry.path().filename();
    ASSERT_TRUE(write_accelerator(accelerator, folder));
    for (const std::uint64_t seed : {1, 2}) {
      VerificationOptions options;
      options.simulator = SimulatorKind::Icarus;
      options.seed = seed;
      const auto result =
          verify_accelerator(accelerator, folder, random_sequences(accelerator.network, 3, seed), options);
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_TRUE(check(*result, "regression")) << check(*result, "regression").error().message;
    }
  }
}

}  // namespace
}  // namespace fixgate
