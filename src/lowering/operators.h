// How nodes become statements, grouped by the file that has them.
#pragma once

#include "lowering/walk.h"

namespace fixgate::lowering {

// moves.cpp: the same elements in another order or shape.
Result<void> lower_move(Walk& walk, const Node& node);     // data at input 0, the rest constant
Result<void> lower_concat(Walk& walk, const Node& node);   // all inputs are data
Result<void> lower_scatter(Walk& walk, const Node& node);  // ScatterND
Result<void> lower_where(Walk& walk, const Node& node);    // with a constant condition
Result<void> lower_pad(Walk& walk, const Node& node);
Result<void> lower_gather(Walk& walk, const Node& node);  // also the lookup of tokens
Result<void> lower_reverse_sequence(Walk& walk, const Node& node);
Result<void> lower_cast(Walk& walk, const Node& node);
Result<void> lower_dropout(Walk& walk, const Node& node);
Result<void> lower_shape(Walk& walk, const Node& node);  // Shape, Size: constant in the traced run

// elementwise.cpp
Result<void> lower_sum(Walk& walk, const Node& node);       // Add, Sub, Sum
Result<void> lower_product(Walk& walk, const Node& node);   // Mul
Result<void> lower_quotient(Walk& walk, const Node& node);  // Div
Result<void> lower_negative(Walk& walk, const Node& node);
Result<void> lower_power(Walk& walk, const Node& node);
Result<void> lower_activation(Walk& walk, const Node& node);  // Sigmoid, Tanh, Relu, ...
Result<void> lower_wide(Walk& walk, const Node& node);        // Sqrt, Reciprocal, Log
Result<void> lower_extreme(Walk& walk, const Node& node);     // Max, Min
Result<void> lower_clip(Walk& walk, const Node& node);
Result<void> lower_prelu(Walk& walk, const Node& node);
Result<void> lower_absolute(Walk& walk, const Node& node);
Result<void> lower_hard_swish(Walk& walk, const Node& node);
Result<void> lower_batch_normalization(Walk& walk, const Node& node);

// matrix.cpp
Result<void> lower_matmul(Walk& walk, const Node& node);
Result<void> lower_gemm(Walk& walk, const Node& node);

// recurrent.cpp
Result<void> lower_recurrent(Walk& walk, const Node& node);

// reduce.cpp
Result<void> lower_reduce(Walk& walk, const Node& node);       // ReduceMean, ReduceSum, ReduceMax, ReduceMin
Result<void> lower_global_pool(Walk& walk, const Node& node);  // GlobalAveragePool, GlobalMaxPool
Result<void> lower_output_function(Walk& walk, const Node& node);  // Softmax, ArgMax, ... at the end
Result<void> lower_layer_normalization(Walk& walk, const Node& node);

// control.cpp
Result<void> lower_if(Walk& walk, const Node& node);

// steps.cpp: bodies that run once a step
Result<void> lower_scan(Walk& walk, const Node& node);
Result<void> lower_loop(Walk& walk, const Node& node);

// convolution.cpp
Result<void> lower_convolution(Walk& walk, const Node& node);
Result<void> lower_pool(Walk& walk, const Node& node);

/// Reads operands of one shape; constants among them are numbers.
struct Part {
  std::optional<program::Read> read = std::nullopt;  // none: numbers
  Eigen::VectorXd numbers = {};                      // frame.size()
};
struct Parts {
  Frame frame;
  std::vector<Part> parts;
};
Result<Parts> read_parts(Walk& walk, const std::vector<const Item*>& items);

/// A constant of a layer in as few numbers as say it.
program::ConstantId compact_constant(Walk& walk, program::LayerBuilder& layer, const std::string& name,
                                     const Eigen::VectorXd& numbers);

}  // namespace fixgate::lowering
