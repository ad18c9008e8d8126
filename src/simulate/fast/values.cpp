#include "simulate/fast/values.h"

namespace fixgate::fast {
namespace {

template <typename T>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <typename T>
void store(std::int64_t q, std::uint8_t* to) {
  const T value = static_cast<T>(q);
  std::memcpy(to, &value, sizeof(T));
}

template <typename T>
void load_all(const std::uint8_t* from, std::int32_t offset, std::span<std::int64_t> to) {
  for (std::size_t k = 0; k < to.size(); ++k) to[k] = std::int64_t{load<T>(from + k * sizeof(T))} + offset;
}

}  // namespace

std::int64_t get_stored(const Storage& storage, const std::uint8_t* from) {
  if (storage.size == 1) return std::int64_t{*from} + storage.offset;
  return storage.size == 2 ? load<std::int16_t>(from) : load<std::int32_t>(from);
}

void set_stored(const Storage& storage, std::int64_t q, std::uint8_t* to) {
  if (storage.size == 1) return store<std::uint8_t>(q - storage.offset, to);
  if (storage.size == 2) return store<std::int16_t>(q, to);
  store<std::int32_t>(q, to);
}

void get_all_stored(const Storage& storage, const std::uint8_t* from, std::span<std::int64_t> to) {
  if (storage.size == 1) return load_all<std::uint8_t>(from, storage.offset, to);
  if (storage.size == 2) return load_all<std::int16_t>(from, 0, to);
  load_all<std::int32_t>(from, 0, to);
}

}  // namespace fixgate::fast
