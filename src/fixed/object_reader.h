// Reads JSON objects whose keys are all known: the first fault is kept, and after it every read gives a
// default.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

/// The first fault of a whole description.
class FirstFault {
 public:
  void note(Error error) {
    if (!error_) error_ = std::move(error);
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  explicit operator bool() const { return error_.has_value(); }

 private:
  std::optional<Error> error_;
};

/// One object. Every key that it may have is read, then finish() refuses any other.
class ObjectReader {
 public:
  /// `where` is what messages call the object, "layers[0]".
  ObjectReader(const nlohmann::json& object, std::string where, FirstFault& fault);

  [[nodiscard]] bool has(const char* key) const;
  std::string text(const char* key);
  bool flag(const char* key);
  std::int64_t integer(const char* key);
  int small_integer(const char* key);                         // of 32 bits
  std::optional<std::string> optional_text(const char* key);  // none for null
  int optional_index(const char* key);                        // -1 for null; else 0 or more
  std::vector<std::int64_t> integers(const char* key);
  std::vector<std::string> texts(const char* key);
  const nlohmann::json& list(const char* key);
  const nlohmann::json& object(const char* key);

  /// A word as parse(text) -> Result knows it.
  template <typename Parse>
  auto word(const char* key, Parse parse) {
    auto parsed = parse(text(key));
    if (!parsed) note(key, parsed.error().message);
    return parsed.value_or(typename decltype(parsed)::value_type{});
  }

  void finish();
  void note(const std::string& key, const std::string& message);
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  const nlohmann::json& value(const char* key);

  const nlohmann::json& object_;
  std::string where_;
  FirstFault& fault_;
  std::set<std::string> read_;
};

/// The integer of a JSON number; none if it is no integer of 64 bits.
std::optional<std::int64_t> integer_of(const nlohmann::json& value);

}  // namespace fixgate
