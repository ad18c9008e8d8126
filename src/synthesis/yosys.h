// Yosys: from the sources to cells of a target.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "synthesis/target.h"

namespace fixgate {

/// What Yosys is to do.
struct MappingSpec {
  SynthesisTarget target = SynthesisTarget::Ice40;
  bool use_multipliers = true;  // of the chip, where it has some
  std::string top;
  std::filesystem::path folder;                // the accelerator's; memories are read from there
  std::vector<std::filesystem::path> sources;  // packages first
  std::filesystem::path work;                  // folder for what Yosys writes, there already
};

struct CellCounts {
  std::map<std::string, std::int64_t> by_type;
  std::int64_t memory_bits = 0;  // of memories that stay memories: generic alone

  friend bool operator==(const CellCounts&, const CellCounts&) = default;
};

struct Mapping {
  CellCounts cells;
  std::string version;            // "Yosys 0.23 (git sha1 7ce5011c24b)"
  std::filesystem::path json;     // the netlist for nextpnr
  std::filesystem::path verilog;  // the same without hierarchy, for simulators
};

/// Errors: Yosys is missing or refuses the design, with its message.
Result<Mapping> map_design(const MappingSpec& spec);

/// The simulation models of a target's cells, in Yosys's own folder. Error: they are not there.
Result<std::vector<std::filesystem::path>> cell_models(SynthesisTarget target);

/// The cells of module `top` in a netlist that Yosys's write_json wrote. Error: not of that form.
Result<CellCounts> count_cells(const std::string& netlist, const std::string& top);

}  // namespace fixgate
