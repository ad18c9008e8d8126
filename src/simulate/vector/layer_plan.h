// A layer ready to be run in vectors: its operands, products and steps. Names no kind of cell.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "program/fixed_network.h"
#include "program/read_path.h"
#include "simulate/vector/steps.h"

namespace fixgate::program {

/// Products of rows that tokens name, worked out for every token.
struct TokenProducts {
  ValueId token{0};
  AlignedArray<std::uint8_t> products;  // [tokens, ProductGroup::stride]
};

/// Matrices of as many rows each that multiply the same operand, and where their products go.
struct ProductGroup {
  std::size_t input = 0;  // operand
  std::vector<MatrixId> matrices;
  Lanes lanes = Lanes::Words;        // of the products
  bool is_half = false;              // 16-bit factors
  bool is_ahead = false;             // reads what layers before have made: many ticks are multiplied at once
  std::size_t before = 0;            // the step that is the first one to need it
  std::vector<std::size_t> outputs;  // operand, by matrix
  std::unique_ptr<const SparseRows> rows;
  std::unique_ptr<const ProductKernel> kernel;
  std::size_t offset = 0;                                // in scratch memory, in bytes a place
  std::size_t stride = 0;                                // bytes a place
  std::size_t part_bytes = 0;                            // of one matrix's products
  std::optional<TokenProducts> by_token = std::nullopt;  // instead of being multiplied
};

/// What steps read: a value at a tick, or products.
struct Operand {
  std::optional<ReadPath> path;  // of a read
  bool is_own_now = false;       // of a read: what a step of the same tick has made
  bool is_left_out = false;      // of a read: no row, instead of zeros, where it finds no tick
  bool is_stepwise = false;      // of a read: more than products that are worked out ahead read it
  std::size_t step = 0;          // is_own_now: the step that makes it
  std::size_t group = 0;         // of products
  std::size_t part = 0;
};

struct LayerPlan {
  std::vector<Operand> operands;
  std::vector<ProductGroup> groups;
  std::vector<std::unique_ptr<const Step>> steps;
  std::vector<ValueId> targets;             // by step
  std::vector<std::size_t> target_offsets;  // in scratch memory, in bytes a place; kept values have none
  std::size_t scratch_bytes = 0;            // a place
  bool is_recurrent = false;                // reads what it has made at an earlier tick
};

/// `network` and `layouts` outlive the plan.
LayerPlan plan_layer(const FixedNetwork& network, LayerId layer, const ValueLayouts& layouts,
                     const fast::MachineSettings& machine);

}  // namespace fixgate::program
