// What the vector interpreter does in vectors, made for the best target of Highway that this machine has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "numeric/activation_table.h"
#include "numeric/weight_matrix.h"
#include "simulate/fast/machine_settings.h"
#include "simulate/vector/element_plan.h"
#include "simulate/vector/sparse_rows.h"
#include "simulate/vector/storage.h"

namespace fixgate::program {

/// An element-wise statement.
class ElementKernel {
 public:
  virtual ~ElementKernel() = default;
  /// Writes targets[place] from operands[index].at[place] for every place. Returns how many elements
  /// overflowed.
  virtual std::int64_t run(const Rows* operands, std::size_t places, std::uint8_t* const* targets) const = 0;
};

/// Products of matrices with rows of one operand.
class ProductKernel {
 public:
  virtual ~ProductKernel() = default;
  /// Writes the products of inputs[place] to outputs[place].
  virtual void multiply(const std::uint8_t* const* inputs, std::size_t places,
                        std::uint8_t* const* outputs) const = 0;
  /// Bytes of one matrix's products, and where those of matrix `part` begin.
  [[nodiscard]] virtual std::size_t part_bytes() const = 0;
};

/// A table with every answer worked out.
class TableKernel {
 public:
  virtual ~TableKernel() = default;
  /// answers[k] = T(inputs[k]) for `count` elements; reads and writes up to whole vectors. Returns how many
  /// overflowed.
  virtual std::int64_t apply(const std::uint8_t* inputs, std::size_t count, std::uint8_t* answers) const = 0;
};

/// `plan` outlives the kernel.
std::unique_ptr<const ElementKernel> make_element_kernel(const ElementPlan& plan);

/// Dense matrices of as many rows each, of 16-bit weights, times half words: modulo 2^32, in words.
std::unique_ptr<const ProductKernel> make_half_products(const std::vector<const WeightMatrix*>& matrices,
                                                        const fast::MachineSettings& machine);

/// Any rows of weights times any storage, modulo the lanes.
std::unique_ptr<const ProductKernel> make_sparse_products(const SparseRows& rows, Storage input, Lanes lanes);

/// For inputs of up to kWidestExpanded bits and answers of up to 31.
std::unique_ptr<const TableKernel> make_table_kernel(const ActivationTable& table,
                                                     const fast::MachineSettings& machine);
inline constexpr int kWidestExpanded = 18;

/// Finite reals into rows of a format: docs/numerics.md, section 3, "Input". `from` is [ticks, size]; the
/// rows follow each other every `stride` bytes. Returns how many overflowed.
std::int64_t quantise_rows(std::span<const float> from, std::size_t size, const SignalFormat& signal,
                           std::uint8_t* to, std::size_t stride);

/// "AVX2", "SCALAR", ...
const char* vector_target_name();

}  // namespace fixgate::program
