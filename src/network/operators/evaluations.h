// The evaluations behind the operator table (operators.cpp), grouped by the file that has them.
#pragma once

#include "network/operators/operators.h"

namespace fixgate::operators {

// elementwise.cpp: one value in, one value out.
Result<Outputs> activation(const OperatorCall& call);  // Sigmoid, Tanh, Relu, HardSigmoid, LeakyRelu, ...
Result<Outputs> arithmetic_unary(const OperatorCall& call);  // Abs, Neg
Result<Outputs> float_unary(const OperatorCall& call);       // Exp, Log, Reciprocal, Sqrt, Round, ...
Result<Outputs> smooth_unary(const OperatorCall& call);      // Gelu, Mish, Selu, Celu
Result<Outputs> is_nan(const OperatorCall& call);
Result<Outputs> sign(const OperatorCall& call);
Result<Outputs> logical_not(const OperatorCall& call);
Result<Outputs> clip(const OperatorCall& call);
Result<Outputs> identity(const OperatorCall& call);
Result<Outputs> dropout(const OperatorCall& call);
Result<Outputs> cast(const OperatorCall& call);

// broadcast.cpp: several values in, one out, with multidirectional broadcasting.
Result<Outputs> arithmetic(const OperatorCall& call);  // Add, Sub, Mul, Div
Result<Outputs> power(const OperatorCall& call);
Result<Outputs> modulo(const OperatorCall& call);
Result<Outputs> parametric_relu(const OperatorCall& call);
Result<Outputs> variadic(const OperatorCall& call);    // Sum, Mean, Min, Max
Result<Outputs> comparison(const OperatorCall& call);  // Equal, Less, LessOrEqual, Greater, GreaterOrEqual
Result<Outputs> logical(const OperatorCall& call);     // And, Or, Xor
Result<Outputs> where(const OperatorCall& call);

// matrix.cpp
Result<Outputs> gemm(const OperatorCall& call);
Result<Outputs> matmul(const OperatorCall& call);

// convolution.cpp, pooling.cpp: windows over the axes behind batch and channels.
Result<Outputs> convolution(const OperatorCall& call);  // Conv, ConvTranspose
Result<Outputs> max_pool(const OperatorCall& call);
Result<Outputs> average_pool(const OperatorCall& call);
Result<Outputs> global_pool(const OperatorCall& call);  // GlobalAveragePool, GlobalMaxPool

// normalise.cpp: mean 0 and variance 1, scaled and shifted.
Result<Outputs> batch_normalisation(const OperatorCall& call);
Result<Outputs> instance_normalisation(const OperatorCall& call);
Result<Outputs> group_normalisation(const OperatorCall& call);
Result<Outputs> layer_normalisation(const OperatorCall& call);

// reduce.cpp: along axes.
Result<Outputs> softmax(const OperatorCall& call);           // Softmax, LogSoftmax
Result<Outputs> argument_extreme(const OperatorCall& call);  // ArgMax, ArgMin
Result<Outputs> reduce(const OperatorCall& call);  // ReduceSum, ReduceMean, ReduceMax, ReduceL2, ...

// shape.cpp: the same elements in another shape or order; sizes.
Result<Outputs> transpose(const OperatorCall& call);
Result<Outputs> squeeze(const OperatorCall& call);
Result<Outputs> unsqueeze(const OperatorCall& call);
Result<Outputs> reshape(const OperatorCall& call);
Result<Outputs> flatten(const OperatorCall& call);
Result<Outputs> expand(const OperatorCall& call);
Result<Outputs> shape_of(const OperatorCall& call);
Result<Outputs> size_of(const OperatorCall& call);

// create.cpp: values out of nothing.
Result<Outputs> constant_of_shape(const OperatorCall& call);
Result<Outputs> range(const OperatorCall& call);

// select.cpp: some of the elements.
Result<Outputs> gather(const OperatorCall& call);
Result<Outputs> gather_elements(const OperatorCall& call);
Result<Outputs> slice(const OperatorCall& call);
Result<Outputs> concat(const OperatorCall& call);
Result<Outputs> split(const OperatorCall& call);
Result<Outputs> tile(const OperatorCall& call);
Result<Outputs> reverse_sequence(const OperatorCall& call);

// scatter.cpp: elements by lists of indices.
Result<Outputs> gather_nd(const OperatorCall& call);
Result<Outputs> scatter_nd(const OperatorCall& call);
Result<Outputs> scatter_elements(const OperatorCall& call);

// control.cpp: graphs within nodes.
Result<Outputs> branch(const OperatorCall& call);  // If
Result<Outputs> loop(const OperatorCall& call);
Result<Outputs> scan(const OperatorCall& call);

// sample.cpp
Result<Outputs> multinomial(const OperatorCall& call);

// quantise.cpp: affine integers.
Result<Outputs> quantise_linear(const OperatorCall& call);
Result<Outputs> dequantise_linear(const OperatorCall& call);

// pad.cpp
Result<Outputs> pad(const OperatorCall& call);

// recurrent.cpp
Result<Outputs> recurrent(const OperatorCall& call);  // LSTM, GRU, RNN

}  // namespace fixgate::operators
