// Random accelerators with random sequences: any formats, tables, shapes and geometry that hardware supports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hardware/accelerator.h"
#include "verification/verification.h"

namespace fixgate {

struct RandomCase {
  std::uint64_t seed = 0;
  Accelerator accelerator;
  std::vector<TestSequence> sequences;
};

/// The same seed gives the same case. Two of three have any formats and any tables; the third comes of a
/// float network through quantise(), and is larger. Error: the generator refuses what it should support.
Result<RandomCase> random_case(std::uint64_t seed);

/// The same, with all weights in one encoding.
Result<RandomCase> encoded_case(std::uint64_t seed, WeightEncoding encoding);

/// One line: layers, sizes, geometry.
std::string in_words(const RandomCase& one);

/// Writes the accelerator below `folder` and verifies it, under the stalls of its seed and free running.
Result<VerificationResult> verify_case(const RandomCase& one, SimulatorKind simulator,
                                       const std::filesystem::path& folder);

}  // namespace fixgate
