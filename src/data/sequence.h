// Recorded sequences and what a network should answer to them: the samples of a data set.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fixgate {

using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One recorded sequence. Exactly one of tokens/features is used; it has at least one step.
struct Sequence {
  std::vector<std::int32_t> tokens;  // [steps], for networks that begin with an embedding; none negative
  FloatMatrix features;              // [steps, inputs], finite

  [[nodiscard]] std::size_t steps() const {
    return tokens.empty() ? static_cast<std::size_t>(features.rows()) : tokens.size();
  }
};

/// What the metric compares with. Next tokens if there are any, else values if there are any, else the label.
struct Target {
  std::int64_t label = 0;                 // the class; with Decision::Positive 0 or 1
  std::vector<std::int32_t> next_tokens;  // [steps]
  FloatMatrix values;                     // [1 or steps, outputs], finite
};

/// One sequence with its target.
struct Sample {
  Sequence sequence;
  Target target;
  std::string name;  // where it comes from, for messages
};

/// Samples in a fixed order.
struct DataSet {
  std::vector<Sample> samples;
  bool is_stream = false;   // one text: the state starts at zero and is carried through from sample to sample
  std::string vocabulary = {};  // the file that gives its tokens their meaning; empty: none
  std::size_t symbols = 0;      // in the vocabulary
};

}  // namespace fixgate
