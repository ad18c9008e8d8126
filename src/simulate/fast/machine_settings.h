// Which ways of the machine the fast simulator may use.
#pragma once

namespace fixgate::fast {

/// What may be made use of where the machine has it.
struct MachineSettings {
  bool vnni = true;             // AVX-512 VNNI
  bool step_tables = true;      // AVX-512 VBMI and BITALG
  bool narrow = true;           // 16-bit lanes
  bool mirrored_tables = true;  // AVX2
};

}  // namespace fixgate::fast
