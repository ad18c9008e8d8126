// The memory files of an accelerator: what each holds, and its words.
#pragma once

#include <string>
#include <vector>

#include "hardware/accelerator.h"
#include "hardware/memory_image.h"
#include "hardware/stored_weights.h"

namespace fixgate {

struct MemoryFile {
  std::string name;     // "lstm_w.hex"
  std::string content;  // one line for people
  MemoryImage image;
};

/// Names of a layer's files and of a table's.
std::string memory_name(const Engine& engine, const std::string& part);
std::string table_memory_name(int table);

/// Bits of a row's word in one slice, and of what stands in it.
struct RowWord {
  int shift = 1;
  int bias = 1;
  int bias_h = 0;  // 0: none

  [[nodiscard]] int bits() const { return 2 * shift + bias + bias_h; }
};

/// In the order of the data flow, tables last. Error: as align_sums.
Result<std::vector<MemoryFile>> list_memories(const Accelerator& accelerator);

/// Bits of a token's entry in the embedding's list of shifts, and the fraction that all rows are brought to.
struct EmbeddingAlignment {
  int fraction = 0;
  int shift_width = 1;
};
EmbeddingAlignment align_embedding(const FixedChain& network, const FixedEmbedding& layer);

/// How a layer's memories of W and of R hold the weights of all gates.
struct EngineWeights {
  WeightCode w;
  WeightCode r;
};
EngineWeights stored_weights(const FixedChain& network, const FixedLayer& layer);

}  // namespace fixgate
