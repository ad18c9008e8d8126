#include "fixed/file.h"

#include <map>
#include <utility>

#include "files/kind.h"
#include "files/read.h"
#include "files/write.h"
#include "fixed/json_read.h"
#include "fixed/json_write.h"
#include "fixed/safetensors.h"
#include "fixed/verify.h"

namespace fixgate {
namespace {

constexpr const char* kFormat = "fixgate";
constexpr const char* kVersion = "1";

Result<std::string> description_of(const std::map<std::string, std::string>& metadata) {
  const auto value = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  if (value("format") != kFormat) return fail("it is a safetensors file, but not one of fixgate");
  if (value("version") != kVersion)
    return fail("it has version '{}', but this fixgate reads version {}", value("version"), kVersion);
  if (metadata.size() != 3 || !metadata.contains("network"))
    return fail("__metadata__ needs format, version and network and nothing else");
  return value("network");
}

}  // namespace

std::string serialise(const FixedNetwork& network) {
  DescribedNetwork described = describe(network);
  return write_safetensors(
      {{{"format", kFormat}, {"version", kVersion}, {"network", std::move(described.description)}},
       std::move(described.tensors)});
}

Result<FixedNetwork> deserialise(std::string_view bytes) {
  auto content = read_safetensors(bytes);
  if (!content)
    return tl::make_unexpected(content.error().within("not a fixed-point network (.fxg), or damaged"));
  FIXGATE_ASSIGN(const std::string description, description_of(content->metadata));
  auto network = assemble(description, std::move(content->tensors));
  if (!network) return tl::make_unexpected(network.error().within("network"));
  FIXGATE_CHECK(verify(*network));
  return network;
}

Result<void> write_fixed_network(const FixedNetwork& network, const std::filesystem::path& path) {
  if (auto verified = verify(network); !verified)
    return tl::make_unexpected(verified.error().within(path.string()));
  const std::string bytes = serialise(network);
  const auto header =
      decode_integers<std::int64_t>(std::string_view(bytes).substr(0, 8), ElementType::I64)[0];
  if (static_cast<std::uint64_t>(header) > kMaxSafetensorsHeader)
    return fail("{}: the network's tables are too large for the file: use tables with fewer entries",
                path.string());
  return write_file(path, bytes);
}

Result<FixedNetwork> read_fixed_network(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path));
  auto network = deserialise(bytes);
  if (!network)
    return tl::make_unexpected(
        or_other_kind(
            network.error(), bytes, kFixedKind,
            "a fixed-point network (.fxg) is expected, which fixgate quantize makes of an ONNX file")
            .within(path.string()));
  return network;
}

}  // namespace fixgate
