// Packets that a host should not send, through a whole accelerator.
#pragma once

#include <cstdint>
#include <filesystem>

#include "hardware/accelerator.h"
#include "verification/simulation.h"
#include "verification/trace_comparison.h"

namespace fixgate {

struct PacketRun {
  SimulatorKind simulator = SimulatorKind::Icarus;
  Stalls stalls = Stalls::Mixed;
  std::uint64_t seed = 1;  // of the sequences and of the stalls
};

/// Sends random sequences, every other one cut: its last step lacks at least one beat, and where it has one
/// step alone, no step is complete. With steps of one beat nothing can be cut. Compares with the reference
/// simulator, which sees zeros in place of what is missing; the testbench checks the error output. The design
/// stands in `folder`.
Result<ComparisonResult> send_packets(const Accelerator& accelerator, const std::filesystem::path& folder,
                                      const PacketRun& run);

}  // namespace fixgate
