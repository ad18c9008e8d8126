#include "fixed/object_reader.h"

#include <limits>

namespace fixgate {
namespace {

using nlohmann::json;

const json kNothing;
const json kNoElements = json::array();

}  // namespace

std::optional<std::int64_t> integer_of(const json& value) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest) return {};
  if (!value.is_number_integer()) return {};
  return value.get<std::int64_t>();
}

ObjectReader::ObjectReader(const json& object, std::string where, FirstFault& fault)
    : object_(object), where_(std::move(where)), fault_(fault) {
  if (!object_.is_object()) fault_.note({(where_.empty() ? "it" : where_) + " is no JSON object"});
}

void ObjectReader::note(const std::string& key, const std::string& message) {
  fault_.note(Error{message}.within(where_ + (where_.empty() ? "" : ".") + key));
}

const json& ObjectReader::value(const char* key) {
  read_.insert(key);
  if (!object_.is_object()) return kNothing;
  const auto found = object_.find(key);
  if (found == object_.end()) {
    note(key, "is missing");
    return kNothing;
  }
  return *found;
}

std::string ObjectReader::text(const char* key) {
  const json& found = value(key);
  if (found.is_string()) return found.get<std::string>();
  note(key, "is no text");
  return {};
}

bool ObjectReader::flag(const char* key) {
  const json& found = value(key);
  if (found.is_boolean()) return found.get<bool>();
  note(key, "is neither true nor false");
  return false;
}

std::int64_t ObjectReader::integer(const char* key) {
  const auto number = integer_of(value(key));
  if (!number) note(key, "is no integer of 64 bits");
  return number.value_or(0);
}

int ObjectReader::small_integer(const char* key) {
  const std::int64_t number = integer(key);
  if (number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max())
    return static_cast<int>(number);
  note(key, fmt::format("{} is beyond 32 bits", number));
  return 0;
}

bool ObjectReader::has(const char* key) const {
  return object_.is_object() && object_.contains(key);
}

std::optional<std::string> ObjectReader::optional_text(const char* key) {
  if (value(key).is_null()) return {};
  return text(key);
}

int ObjectReader::optional_index(const char* key) {
  if (value(key).is_null()) return -1;
  const int index = small_integer(key);
  if (index < 0) note(key, fmt::format("{} is no index", index));
  return index;
}

std::vector<std::int64_t> ObjectReader::integers(const char* key) {
  std::vector<std::int64_t> numbers;
  for (const json& one : list(key)) {
    const auto number = integer_of(one);
    if (!number) note(key, "has an element that is no integer of 64 bits");
    numbers.push_back(number.value_or(0));
  }
  return numbers;
}

std::vector<std::string> ObjectReader::texts(const char* key) {
  std::vector<std::string> all;
  for (const json& one : list(key)) {
    if (!one.is_string()) note(key, "has an element that is no text");
    all.push_back(one.is_string() ? one.get<std::string>() : std::string());
  }
  return all;
}

const json& ObjectReader::list(const char* key) {
  const json& found = value(key);
  if (found.is_array()) return found;
  note(key, "is no list");
  return kNoElements;
}

const json& ObjectReader::object(const char* key) {
  return value(key);
}

void ObjectReader::finish() {
  if (!object_.is_object()) return;
  for (const auto& [key, value] : object_.items())
    if (!read_.contains(key)) note(key, "is not a key of this version of the format");
}

}  // namespace fixgate
