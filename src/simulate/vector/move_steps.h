// Steps that move elements and change none: their rows are copied byte by byte.
#pragma once

#include <memory>
#include <vector>

#include "simulate/vector/steps.h"

namespace fixgate::program {

/// The elements of an operand that come next in the target; -1 stands for a zero.
struct MovedOperand {
  std::size_t operand = 0;
  std::vector<int> sources;
};

/// 0, 1, ..., size - 1.
std::vector<int> whole_vector(std::size_t size);

/// Concat, View, Gather, Pad.
std::unique_ptr<const Step> make_move_step(Storage storage, const std::vector<MovedOperand>& operands,
                                           std::size_t size);
/// `size`: of the target.
std::unique_ptr<const Step> make_block_step(Storage storage, std::size_t operand, std::size_t size,
                                            int factor);
/// `size`: of the operand.
std::unique_ptr<const Step> make_join_step(Storage storage, ValueId operand, std::size_t size, int factor);

}  // namespace fixgate::program
