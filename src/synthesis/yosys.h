// Yosys: from the sources to cells of a target.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "synthesis/target.h"

namespace fixgate {

inline constexpr double kLongestSynthesis =
    12 * 3600;  // seconds that a tool may take if nobody says otherwise

/// What Yosys is to do. All files lie below `folder`, which is Yosys's own, and are named from there.
struct MappingSpec {
  SynthesisTarget target = SynthesisTarget::Ice40;
  bool use_multipliers = true;  // of the chip, where it has some
  std::string top;
  std::filesystem::path folder;      // memories are read from there
  std::vector<std::string> sources;  // packages first
  double time_limit = kLongestSynthesis;
  bool for_simulation = false;  // only cells that cell_models() has models of
};

inline constexpr const char* kNetlistJson = "netlist.json";  // for nextpnr
inline constexpr const char* kNetlistVerilog = "netlist.v";  // the same without hierarchy, for simulators
inline constexpr const char* kYosysLog = "yosys.log";

struct CellCounts {
  std::map<std::string, std::int64_t> by_type;
  std::int64_t memory_bits = 0;  // of memories that stay memories: generic alone

  friend bool operator==(const CellCounts&, const CellCounts&) = default;
};

struct Mapping {
  CellCounts cells;
  std::string version;  // "Yosys 0.23 (git sha1 7ce5011c24b)"
};

/// Writes the netlists and the log into the folder. Errors: Yosys is missing or refuses the design, with its
/// message, or takes too long.
Result<Mapping> map_design(const MappingSpec& spec);

/// The simulation models of a target's cells, from Yosys's own folder; empty: its cells need none. Error:
/// they are not there.
Result<std::string> cell_models(SynthesisTarget target);

/// The cells of module `top` in a netlist that Yosys's write_json wrote. Error: not of that form.
Result<CellCounts> count_cells(const std::string& netlist, const std::string& top);

}  // namespace fixgate
