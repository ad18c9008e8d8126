#include "synthesis/synthesis.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "files/write.h"
#include "hardware/design_sources.h"

namespace fixgate {
namespace {

/// One kind of cell: types that begin with `prefix`, and what each adds.
struct CellRule {
  std::string_view prefix;
  std::int64_t AreaCounts::*count;
  std::int64_t amount = 1;
};

// The first rule that fits counts. Amounts above one: a CCU2C holds two LUTs, a RAMB36 two 18-Kbit blocks.
const std::vector<CellRule>& rules_of(SynthesisTarget target) {
  static const std::map<SynthesisTarget, std::vector<CellRule>> rules{
      {SynthesisTarget::Ice40,
       {{"SB_LUT4", &AreaCounts::luts},
        {"SB_DFF", &AreaCounts::flip_flops},
        {"SB_MAC16", &AreaCounts::dsp_blocks},
        {"SB_RAM40", &AreaCounts::ram_blocks},
        {"SB_CARRY", &AreaCounts::carries}}},
      {SynthesisTarget::Ecp5,
       {{"LUT", &AreaCounts::luts},
        {"CCU2C", &AreaCounts::luts, 2},
        {"TRELLIS_FF", &AreaCounts::flip_flops},
        {"TRELLIS_DPR16X4", &AreaCounts::lut_rams},
        {"MULT", &AreaCounts::dsp_blocks},
        {"DP16KD", &AreaCounts::ram_blocks},
        {"PDPW16KD", &AreaCounts::ram_blocks}}},
      {SynthesisTarget::Xilinx7,
       {{"LUT", &AreaCounts::luts},
        {"INV", &AreaCounts::luts},
        {"FD", &AreaCounts::flip_flops},
        {"DSP48E1", &AreaCounts::dsp_blocks},
        {"RAMB18E1", &AreaCounts::ram_blocks},
        {"RAMB36E1", &AreaCounts::ram_blocks, 2},
        {"RAM", &AreaCounts::lut_rams},
        {"SRL", &AreaCounts::lut_rams},
        {"CARRY4", &AreaCounts::carries}}},
      {SynthesisTarget::Generic,
       {{"$_DFF", &AreaCounts::flip_flops},
        {"$_SDFF", &AreaCounts::flip_flops},
        {"$_ALDFF", &AreaCounts::flip_flops},
        {"$_", &AreaCounts::gates}}}};
  return rules.at(target);
}

std::filesystem::path work_folder(const std::filesystem::path& folder, const SynthesisReport& report) {
  return folder / "synth" /
         (to_text(report.target) + (report.device.name.empty() ? "" : "-" + report.device.name));
}

struct Figure {
  const char* key;
  const char* words;
  std::int64_t AreaCounts::*count;
};

std::vector<Figure> figures_of(SynthesisTarget target) {
  if (target == SynthesisTarget::Generic)
    return {{"gates", "gates", &AreaCounts::gates},
            {"flip_flops", "flip-flops", &AreaCounts::flip_flops},
            {"memory_bits", "memory bits", &AreaCounts::memory_bits}};
  const bool is_ice40 = target == SynthesisTarget::Ice40;
  std::vector<Figure> figures{
      {"luts", is_ice40 || target == SynthesisTarget::Ecp5 ? "LUTs (4 inputs)" : "LUTs (up to 6 inputs)",
       &AreaCounts::luts},
      {"flip_flops", "flip-flops", &AreaCounts::flip_flops},
      {"dsp_blocks", "DSP blocks", &AreaCounts::dsp_blocks},
      {"ram_blocks", is_ice40 ? "RAM blocks (4 Kbit)" : "RAM blocks (18 Kbit)", &AreaCounts::ram_blocks}};
  if (!is_ice40) figures.push_back({"lut_rams", "LUT memories", &AreaCounts::lut_rams});
  if (target != SynthesisTarget::Ecp5) figures.push_back({"carries", "carry cells", &AreaCounts::carries});
  return figures;
}

nlohmann::ordered_json placement_json(const SynthesisReport& report) {
  nlohmann::ordered_json json{
      {"tool", report.placement->version},     {"device", report.device.name},
      {"package", report.device.package},      {"seed", report.seed},
      {"wanted_mhz", report.wanted_frequency}, {"max_mhz", report.placement->frequency}};
  for (const auto& [name, resource] : report.placement->resources)
    json["resources"][name] = {{"used", resource.used}, {"available", resource.available}};
  return json;
}

}  // namespace

AreaCounts count_area(SynthesisTarget target, const CellCounts& cells) {
  AreaCounts area;
  area.memory_bits = cells.memory_bits;
  for (const auto& [type, count] : cells.by_type)
    for (const CellRule& rule : rules_of(target))
      if (type.starts_with(rule.prefix)) {
        area.*rule.count += rule.amount * count;
        break;
      }
  return area;
}

Result<SynthesisReport> synthesise(const Accelerator& accelerator, const std::filesystem::path& folder,
                                   const SynthesisOptions& options) {
  SynthesisReport report;
  report.top = accelerator.name;
  report.target = options.target;
  report.wanted_frequency = options.frequency;
  report.seed = options.seed;
  FIXGATE_ASSIGN(report.device, find_device(options.target, options.device));
  FIXGATE_ASSIGN(const auto placer, placement_program(options.target));
  const std::filesystem::path work = work_folder(folder, report);
  std::error_code error;
  std::filesystem::create_directories(work, error);
  if (error) return fail("{}: cannot be made: {}", work.string(), error.message());
  FIXGATE_ASSIGN(auto sources, design_sources(folder));
  FIXGATE_ASSIGN(report.mapping, map_design({options.target, report.device.has_multipliers, accelerator.name,
                                             folder, std::move(sources), work}));
  report.area = count_area(options.target, report.mapping.cells);
  if (placer) {
    const PlacementSpec spec{options.target, report.device,     report.mapping.json,
                             work,           options.frequency, options.seed};
    FIXGATE_ASSIGN(report.placement, place_design(spec, *placer));
  }
  FIXGATE_CHECK(write_file(report_path(report, folder), to_json(report)));
  return report;
}

std::filesystem::path report_path(const SynthesisReport& report, const std::filesystem::path& folder) {
  return work_folder(folder, report) / "report.json";
}

std::string to_json(const SynthesisReport& report) {
  nlohmann::ordered_json json{{"version", 1},
                              {"top", report.top},
                              {"target", to_text(report.target)},
                              {"tool", report.mapping.version}};
  for (const Figure& figure : figures_of(report.target)) json[figure.key] = report.area.*figure.count;
  for (const auto& [type, count] : report.mapping.cells.by_type) json["cells"][type] = count;
  if (report.placement) json["placement"] = placement_json(report);
  return json.dump(1) + "\n";
}

std::string to_table(const SynthesisReport& report) {
  std::string text = fmt::format("{:<22} {}\n", "design", report.top);
  text += fmt::format("{:<22} {}{}\n", "target", to_text(report.target),
                      report.device.name.empty() ? "" : " " + report.device.name);
  text += fmt::format("{:<22} {}\n", "synthesis", report.mapping.version);
  for (const Figure& figure : figures_of(report.target))
    text += fmt::format("{:<22} {:>10}\n", figure.words, report.area.*figure.count);
  if (!report.placement) return text;
  text += fmt::format("{:<22} {}, seed {}\n", "placement", report.placement->version, report.seed);
  for (const auto& [name, resource] : report.placement->resources)
    if (resource.used > 0)
      text += fmt::format("{:<22} {:>10} of {}\n", "  " + name, resource.used, resource.available);
  text += fmt::format("{:<22} {:>10.2f} MHz ({} wanted)\n", "maximum frequency", report.placement->frequency,
                      report.wanted_frequency);
  return text;
}

}  // namespace fixgate
