#include "synthesis/netlist.h"

#include "files/fingerprint.h"
#include "files/read.h"
#include "files/write.h"
#include "hardware/design_sources.h"
#include "synthesis/yosys.h"

namespace fixgate {
namespace {

/// Of everything that Yosys reads: sources and memories.
Result<std::string> inputs_of(const std::vector<std::filesystem::path>& sources,
                              const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files = sources;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "mem", error))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> parts;
  for (const std::filesystem::path& file : files) {
    FIXGATE_ASSIGN(std::string text, read_file(file));
    parts.push_back(file.filename().string());
    parts.push_back(std::move(text));
  }
  return fingerprint_of(parts);
}

}  // namespace

Result<std::vector<std::filesystem::path>> netlist_sources(const Accelerator& accelerator,
                                                           const std::filesystem::path& folder,
                                                           SynthesisTarget target,
                                                           const std::filesystem::path& work) {
  FIXGATE_ASSIGN(std::vector<std::filesystem::path> models, cell_models(target));
  std::error_code error;
  std::filesystem::create_directories(work, error);
  if (error) return fail("{}: cannot be made: {}", work.string(), error.message());
  FIXGATE_ASSIGN(auto sources, design_sources(folder));
  FIXGATE_ASSIGN(const std::string wanted, inputs_of(sources, folder));
  const std::filesystem::path stamp = work / "built_from.txt";
  const std::filesystem::path netlist = work / "netlist.v";
  const auto built = read_file(stamp);
  if (!built || *built != wanted || !std::filesystem::exists(netlist)) {
    std::filesystem::remove(stamp, error);
    FIXGATE_CHECK(map_design({target, true, accelerator.name, folder, std::move(sources), work}));
    FIXGATE_CHECK(write_file(stamp, wanted));
  }
  models.insert(models.begin(), netlist);
  return models;
}

}  // namespace fixgate
