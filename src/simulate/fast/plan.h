// What the fast simulator computes, worked out once from a network and proven to fit its lanes: shifts,
// constants and ranges, the same for every machine but for what its instructions can multiply.
//
// Everything between two right shifts is a sum of products, so it may be computed modulo 2^32: what has to
// fit 32 bits is only the exact value before a right shift, rounding half included. That is what the proofs
// show; where one fails, the network is not covered and the vector interpreter runs it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "diagnostic/error.h"
#include "fixed/fixed_chain.h"

namespace fixgate::fast {

/// How the integers of a signal are stored between steps: q - offset in `size` bytes. One byte is unsigned,
/// two and four are signed and without offset.
struct Storage {
  int size = 2;
  std::int32_t offset = 0;
};

/// Which products of unsigned bytes with signed bytes a machine can add up.
struct ByteProducts {
  bool exact = false;  // four at a time into 32 bits
  bool pairs = false;  // two at a time into 16 bits that saturate: exact in runs (runs.h)
};

/// Rounds and fits an exact 32-bit value into a signal. The rounding half is in the value already.
struct Target {
  int signal = -1;
  std::int32_t low = 0;
  std::int32_t high = 0;
  int unused_bits = 0;  // 32 - width: what wrapping cuts off
  bool is_signed = true;
  bool wraps = false;
  bool to_even = false;  // convergent: a tie goes to the even neighbour

  [[nodiscard]] bool is_plain() const { return !wraps && !to_even; }
};

/// The same for a stack of rows, each with a right shift of its own.
struct TargetRows {
  Target target;
  std::vector<std::int32_t> right;
};

/// value = (products << left) + constant, by row.
struct SumRows {
  std::vector<std::int32_t> left;
  std::vector<std::int32_t> constant;
};

/// Weight matrices of equal shape under each other, all multiplied with one stored signal.
struct Stack {
  std::vector<const WeightMatrix*> parts;
  Storage input;
  int columns = 0;
  std::int32_t most = 0;  // what a factor stored as a byte is at most
};

/// By gate, by row.
using ShiftsByGate = std::vector<std::vector<std::int32_t>>;

enum class Reads { Hidden, Input };

/// One segment of a joined product.
struct JoinedStack {
  Stack stack;
  Reads reads = Reads::Hidden;
  ShiftsByGate left;  // of its sums, before they are added up; empty: none
};

/// W x and R h of every gate as one product. Both have to come to one fraction: the left shifts that do it
/// are in their weights, or else the sums of each are shifted before they are added up.
struct JoinedPlan {
  JoinedPlan() = default;
  JoinedPlan(JoinedPlan&&) = default;  // no copies: the stacks point into `weights`
  JoinedPlan& operator=(JoinedPlan&&) = default;

  std::deque<WeightMatrix> weights;  // stay where they are as more are added
  std::vector<JoinedStack> stacks;   // at most kSegments
  ShiftsByGate left;                 // of what was added up
};

struct GatePlan {
  SumRows input;       // W x + bias; the rounding half and the offsets of both factors are in it
  SumRows recurrent;   // R h; a constant only where rec is a signal of its own
  TargetRows written;  // pre-activation
  int table = -1;
  int output = -1;  // signal
};

/// An element-wise sum of products: left shifts of its two terms, then the target's right shift.
struct ElementSum {
  Target target;
  int left_first = 0;
  int left_second = 0;
  int right = 0;
  std::int32_t half = 0;
};

struct CellPlan {
  CellKind kind = CellKind::Lstm;
  bool linear_before_reset = false;
  bool reverse = false;
  int hidden = 0;
  Stack input;      // W of every gate
  Stack recurrent;  // R of every gate, without GRU's candidate where the reset comes first
  Stack candidate;  // that one, which reads r * h
  std::vector<GatePlan> gates;
  std::optional<JoinedPlan> joined;
  Storage state;                         // h
  Storage reset_hidden;                  // GRU, linear_before_reset = 0
  ElementSum reset;                      // r * h there
  TargetRows rec;                        // GRU, linear_before_reset = 1
  std::vector<std::int32_t> reset_left;  // there: left shift of r * rec, by row
  ElementSum cell;                       // LSTM: f * c (first) + i * g (second)
  ElementSum hidden_sum;                 // LSTM: o * t. GRU: z * (h - n) (first) + n (second)
  int difference_left_hidden = 0;        // GRU: h - n
  int difference_left_candidate = 0;
  int cell_table = -1;
  int cell_activation = -1;  // signal
  bool narrow = false;       // see narrow.h
};

struct RecurrentPlan {
  std::vector<CellPlan> cells;
};

struct EmbeddingPlan {
  const WeightMatrix* weights = nullptr;
  int signal = -1;
};

struct DensePlan {
  Stack stack;
  SumRows sum;
  TargetRows written;  // the output, or the pre-activation
  int table = -1;
  int output = -1;
};

using LayerPlan = std::variant<EmbeddingPlan, RecurrentPlan, DensePlan, SelectKind>;

struct NetworkPlan {
  const FixedChain* network = nullptr;
  std::vector<Storage> storage;  // by signal
  std::vector<LayerPlan> layers;
};

/// `network` is verified and outlives the plan. Error: which signal, sum or matrix does not fit, and why.
Result<NetworkPlan> plan_network(const FixedChain& network, const ByteProducts& products);

}  // namespace fixgate::fast
