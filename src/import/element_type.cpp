#include "import/element_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "onnx.pb.h"

namespace fixgate {
namespace {

constexpr std::int32_t kBits = 32;

}  // namespace

std::string type_name(std::int32_t data_type) {
  if (!onnx::TensorProto::DataType_IsValid(data_type)) return fmt::format("number {}", data_type);
  std::string name = onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(data_type));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

bool has_type(TypeSet set, std::int32_t data_type) {
  return data_type >= 0 && data_type < kBits && (set >> data_type & 1U) != 0;
}

std::string to_text(TypeSet set) {
  std::vector<std::string> names;
  for (std::int32_t type = 0; type < kBits; ++type)
    if (has_type(set, type)) names.push_back(type_name(type));
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace fixgate
