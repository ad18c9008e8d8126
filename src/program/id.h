// Typed indices, so that a value cannot be taken for a matrix.
#pragma once

#include <compare>
#include <cstddef>
#include <utility>
#include <vector>

namespace fixgate::program {

/// The place of one thing in the IdVector of its kind. There is no id for "none"; std::optional says that.
template <typename Tag>
class Id {
 public:
  explicit constexpr Id(std::size_t index) : index_(index) {}
  [[nodiscard]] constexpr std::size_t index() const { return index_; }

  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  std::size_t index_;
};

using ClockId = Id<struct ClockTag>;
using LayerId = Id<struct LayerTag>;
using ValueId = Id<struct ValueTag>;
using MatrixId = Id<struct MatrixTag>;
using ConstantId = Id<struct ConstantTag>;
using FunctionId = Id<struct FunctionTag>;
using StateId = Id<struct StateTag>;
using TableId = Id<struct TableTag>;

/// A vector that only its own kind of id indexes.
template <typename IdType, typename T>
class IdVector {
 public:
  IdVector() = default;
  IdVector(std::size_t count, const T& item) : items_(count, item) {}

  IdType add(T item) {
    items_.push_back(std::move(item));
    return IdType(items_.size() - 1);
  }

  [[nodiscard]] T& operator[](IdType id) { return items_[id.index()]; }
  [[nodiscard]] const T& operator[](IdType id) const { return items_[id.index()]; }
  [[nodiscard]] bool contains(IdType id) const { return id.index() < items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] auto begin() { return items_.begin(); }
  [[nodiscard]] auto end() { return items_.end(); }
  [[nodiscard]] auto begin() const { return items_.begin(); }
  [[nodiscard]] auto end() const { return items_.end(); }

  /// Every id, in order.
  [[nodiscard]] std::vector<IdType> ids() const {
    std::vector<IdType> ids;
    for (std::size_t index = 0; index < items_.size(); ++index) ids.emplace_back(index);
    return ids;
  }

  friend bool operator==(const IdVector&, const IdVector&) = default;

 private:
  std::vector<T> items_;
};

}  // namespace fixgate::program
