// What an accelerator costs: its folder through Yosys, and nextpnr where there is one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "hardware/accelerator.h"
#include "synthesis/nextpnr.h"
#include "synthesis/yosys.h"

namespace fixgate {

struct SynthesisOptions {
  SynthesisTarget target = SynthesisTarget::Ice40;
  std::string device;                     // empty: the target's first
  double frequency = 25;                  // MHz that placement aims at
  int seed = 1;                           // of placement
  bool as_it_is = false;                  // synthesise what the folder holds, whatever that is
  double time_limit = kLongestSynthesis;  // seconds for each tool
};

/// Cells by what they are, counted from Yosys's cell types.
struct AreaCounts {
  std::int64_t luts = 0;  // generic: none
  std::int64_t flip_flops = 0;
  std::int64_t dsp_blocks = 0;
  std::int64_t ram_blocks = 0;  // ice40: 4 Kbit; ecp5, xilinx7: 18 Kbit
  std::int64_t lut_rams = 0;    // memories made of LUTs
  std::int64_t carries = 0;
  std::int64_t gates = 0;        // generic: cells that are no flip-flop and no memory
  std::int64_t memory_bits = 0;  // generic

  friend bool operator==(const AreaCounts&, const AreaCounts&) = default;
};

struct SynthesisReport {
  std::string top;
  SynthesisTarget target = SynthesisTarget::Ice40;
  Device device;
  double wanted_frequency = 0;
  int seed = 0;
  AreaCounts area;
  Mapping mapping;
  std::optional<Placement> placement;
};

AreaCounts count_area(SynthesisTarget target, const CellCounts& cells);

/// Where synthesise() writes its report in an accelerator's folder.
std::filesystem::path report_path(const SynthesisReport& report, const std::filesystem::path& folder);

/// Compares the design in `folder`, which `accelerator` was read from, with what fixgate rtl writes,
/// synthesises it in a folder of its own, and puts report.json, the netlists and Yosys's log into
/// FOLDER/synth/TARGET[-DEVICE]. Errors: a folder that was changed (not with options.as_it_is), or that leads
/// elsewhere by links; a tool that is missing, fails, takes too long or finds no room, with its own message.
Result<SynthesisReport> synthesise(const Accelerator& accelerator, const std::filesystem::path& folder,
                                   const SynthesisOptions& options);

std::string to_json(const SynthesisReport& report);

/// For a terminal.
std::string to_table(const SynthesisReport& report);

}  // namespace fixgate
