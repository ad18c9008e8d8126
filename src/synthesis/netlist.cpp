#include "synthesis/netlist.h"

#include "files/write.h"

namespace fixgate {
namespace {

constexpr const char* kModels = "cells_sim.v";

}  // namespace

Result<std::vector<std::string>> netlist_sources(MappingSpec spec) {
  FIXGATE_ASSIGN(const std::string models, cell_models(spec.target));
  spec.for_simulation = true;
  FIXGATE_CHECK(map_design(spec));
  if (models.empty()) return std::vector<std::string>{kNetlistVerilog};
  FIXGATE_CHECK(write_file(spec.folder / kModels, models));
  return std::vector<std::string>{kNetlistVerilog, kModels};
}

}  // namespace fixgate
