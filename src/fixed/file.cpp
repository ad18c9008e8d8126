#include "fixed/file.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <utility>

#include "diagnostic/utf8.h"
#include "files/kind.h"
#include "files/read.h"
#include "files/write.h"
#include "fixed/program_of.h"
#include "fixed/safetensors.h"
#include "fixed/stored_integers.h"
#include "fixed/version1.h"
#include "program/text.h"
#include "program/verify.h"

namespace fixgate {
namespace {

using program::FixedNetwork;
using Metadata = std::map<std::string, std::string>;

constexpr const char* kFormat = "fixgate";
constexpr const char* kVersion = "2";
constexpr const char* kVersionBefore = "1";

std::string value_of(const Metadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string() : found->second;
}

Result<void> check_keys(const Metadata& metadata, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (!metadata.contains(key)) return fail("__metadata__ lacks '{}'", key);
  if (metadata.size() != keys.size()) return fail("__metadata__ has keys that this version does not know");
  return {};
}

Result<std::int64_t> count_of(const Metadata& metadata, const char* key) {
  const std::string text = value_of(metadata, key);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 0)
    return fail("__metadata__: {}: '{}' is no count", key, text);
  return count;
}

Result<FixedNetwork> read_version2(Safetensors content) {
  FIXGATE_CHECK(check_keys(content.metadata, {"format", "version", "program", "plan", "float_parameters",
                                              "float_recurrent_parameters"}));
  auto network = program::parse_text(value_of(content.metadata, "program"));
  if (!network) return tl::make_unexpected(network.error().within("program"));
  FIXGATE_CHECK(restore_integers(std::move(content.tensors), *network));
  FIXGATE_ASSIGN(network->float_parameters, count_of(content.metadata, "float_parameters"));
  FIXGATE_ASSIGN(network->float_recurrent_parameters,
                 count_of(content.metadata, "float_recurrent_parameters"));
  network->plan = value_of(content.metadata, "plan");
  return network;
}

Result<FixedNetwork> read_version_before(Safetensors content) {
  FIXGATE_CHECK(check_keys(content.metadata, {"format", "version", "network"}));
  FIXGATE_ASSIGN(FixedChain chain,
                 read_version1(value_of(content.metadata, "network"), std::move(content.tensors)));
  return program_of(std::move(chain));
}

Result<FixedNetwork> read_any_version(Safetensors content) {
  if (value_of(content.metadata, "format") != kFormat)
    return fail("it is a safetensors file, but not one of fixgate");
  const std::string version = value_of(content.metadata, "version");
  if (version == kVersion) return read_version2(std::move(content));
  if (version == kVersionBefore) return read_version_before(std::move(content));
  return fail("it has version '{}', but this fixgate reads versions {} and {}", version, kVersionBefore,
              kVersion);
}

Result<void> check_storable(const FixedNetwork& network) {
  if (!is_utf8(network.plan)) return fail("the format plan is not UTF-8");
  return program::verify(network);
}

}  // namespace

std::string serialise(const FixedNetwork& network) {
  return write_safetensors(
      {{{"format", kFormat},
        {"version", kVersion},
        {"program", program::write_text(network, false)},
        {"plan", network.plan},
        {"float_parameters", fmt::format("{}", network.float_parameters)},
        {"float_recurrent_parameters", fmt::format("{}", network.float_recurrent_parameters)}},
       stored_integers(network)});
}

Result<FixedNetwork> deserialise(std::string_view bytes) {
  auto content = read_safetensors(bytes);
  if (!content)
    return tl::make_unexpected(content.error().within("not a fixed-point network (.fxg), or damaged"));
  FIXGATE_ASSIGN(FixedNetwork network, read_any_version(std::move(*content)));
  FIXGATE_CHECK(check_storable(network));
  return network;
}

Result<void> write_fixed_network(const FixedNetwork& network, const std::filesystem::path& path) {
  if (auto verified = check_storable(network); !verified)
    return tl::make_unexpected(verified.error().within(path.string()));
  const std::string bytes = serialise(network);
  const auto header =
      decode_integers<std::int64_t>(std::string_view(bytes).substr(0, 8), ElementType::I64)[0];
  if (static_cast<std::uint64_t>(header) > kMaxSafetensorsHeader)
    return fail("{}: the network has too many layers for the file", path.string());
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
