// What is measured: a float network, its fixed-point versions and recorded sequences of one length.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/sequence.h"
#include "data/task.h"
#include "diagnostic/error.h"
#include "program/fixed_network.h"
#include "program/float_network.h"

namespace fixgate::bench {

struct Widths {
  int weights = 8;
  int activations = 8;
};

struct Workload {
  std::string name;
  std::filesystem::path model;
  bool time_major = false;  // the file's inputs
  program::FloatNetwork network;
  DataSet calibration;
  std::vector<Sequence> sequences;  // of the test set, all of one length

  [[nodiscard]] std::size_t steps() const { return sequences.front().steps(); }
  [[nodiscard]] std::size_t tokens() const { return sequences.size() * steps(); }
};

/// Test sequences of the most frequent length, at most `most` of them. `data_root` as in load_data.
Result<Workload> load_workload(const std::string& name, const std::filesystem::path& model,
                               const std::filesystem::path& task, const std::filesystem::path& data_root,
                               std::size_t most);

Result<program::FixedNetwork> quantised(const Workload& workload, const Widths& widths);

/// A GRU with random weights (`seed`) that reads 64 random features, and sequences of random numbers.
Result<Workload> random_workload(int hidden, int steps, int sequences, std::uint64_t seed);

/// Tokens as int32 or features as float32, [sequences, steps, inputs], for a peer to read.
Result<void> write_sequences(const Workload& workload, const std::filesystem::path& path);

}  // namespace fixgate::bench
