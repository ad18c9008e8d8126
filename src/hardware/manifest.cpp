#include "hardware/manifest.h"

#include <nlohmann/json.hpp>

#include "fixed/json_text.h"
#include "fixed/object_reader.h"
#include "hardware/accelerator_files.h"
#include "hardware/engines.h"

namespace fixgate {
namespace {

constexpr const char* kFormat = "fixgate accelerator";
constexpr int kVersion = 2;

using Json = nlohmann::ordered_json;

std::string to_text(EngineKind kind) {
  switch (kind) {
    case EngineKind::Embedding:
      return "embedding";
    case EngineKind::Lstm:
      return "lstm";
    case EngineKind::Gru:
      return "gru";
    case EngineKind::Dense:
      return "dense";
  }
  return "";
}

std::string to_text(AcceleratorOutput output) {
  return output == AcceleratorOutput::Index ? "index" : "values";
}

Result<AcceleratorOutput> parse_output(std::string_view text) {
  if (text == "index") return AcceleratorOutput::Index;
  if (text == "values") return AcceleratorOutput::Values;
  return fail("'{}' is neither 'values' nor 'index'", text);
}

Json describe(const Accelerator& accelerator, const Engine& engine) {
  return {{"identifier", engine.identifier},
          {"layer", layer_name(layer_of(accelerator.network, engine))},
          {"kind", to_text(engine.kind)},
          {"inputs", engine.inputs},
          {"outputs", engine.outputs},
          {"slices", engine.geometry.slices},
          {"lanes", engine.geometry.lanes},
          {"split", engine.geometry.split},
          {"instance", fmt::format("{}.u_{}", accelerator.name, engine.identifier)}};
}

// Keys that describe the network again are for people and scripts.
std::pair<std::string, EngineGeometry> read_engine(ObjectReader object) {
  std::pair<std::string, EngineGeometry> engine;
  engine.first = object.text("identifier");
  for (const char* key : {"layer", "kind", "instance"}) object.text(key);
  for (const char* key : {"inputs", "outputs"}) object.small_integer(key);
  engine.second.slices = object.small_integer("slices");
  engine.second.lanes = object.small_integer("lanes");
  engine.second.split = object.small_integer("split");
  object.finish();
  return engine;
}

Manifest read_manifest(const nlohmann::json& json, FirstFault& fault) {
  ObjectReader object(json, "", fault);
  Manifest manifest;
  if (object.text("format") != kFormat) object.note("format", fmt::format("it is not '{}'", kFormat));
  if (object.integer("version") != kVersion)
    object.note("version",
                fmt::format("the folder was made by another version of fixgate; this is {}, which reads "
                            "version {}: write the folder again with fixgate rtl",
                            fixgate_version(), kVersion));
  manifest.fixgate = object.text("fixgate");
  manifest.fingerprint = object.text("fingerprint");
  manifest.name = object.text("name");
  manifest.output = object.word("output", parse_output);
  object.small_integer("multipliers");
  object.small_integer("cycles_per_step");
  const nlohmann::json& engines = object.list("engines");
  for (std::size_t e = 0; e < engines.size(); ++e)
    manifest.engines.push_back(read_engine(ObjectReader(engines[e], fmt::format("engines[{}]", e), fault)));
  manifest.files = object.texts("files");
  object.finish();
  return manifest;
}

}  // namespace

std::string fixgate_version() {
  return FIXGATE_VERSION;
}

std::string manifest_text(const Accelerator& accelerator, const std::vector<FolderFile>& files) {
  Json engines = Json::array();
  for (const Engine& engine : accelerator.engines) engines.push_back(describe(accelerator, engine));
  Json paths = Json::array();
  for (const FolderFile& file : files) paths.push_back(file.path);
  const Json manifest = {{"format", kFormat},
                         {"version", kVersion},
                         {"fixgate", fixgate_version()},
                         {"fingerprint", design_fingerprint(files)},
                         {"name", accelerator.name},
                         {"output", to_text(accelerator.output)},
                         {"multipliers", accelerator.multipliers()},
                         {"cycles_per_step", cycles_per_step(accelerator)},
                         {"engines", engines},
                         {"files", paths}};
  return manifest.dump(2) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  FIXGATE_ASSIGN(const nlohmann::json json, parse_json(text));
  FirstFault fault;
  Manifest manifest = read_manifest(json, fault);
  if (fault) return tl::make_unexpected(*fault.error());
  return manifest;
}

Result<ListedFolder> parse_listing(std::string_view text) {
  FIXGATE_ASSIGN(const nlohmann::json json, parse_json(text));
  FirstFault fault;
  ObjectReader object(json, "", fault);
  if (object.text("format") != kFormat) object.note("format", fmt::format("it is not '{}'", kFormat));
  ListedFolder listed{object.text("name"), object.texts("files")};
  if (fault) return tl::make_unexpected(*fault.error());
  return listed;
}

}  // namespace fixgate
