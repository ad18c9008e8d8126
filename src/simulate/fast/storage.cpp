#include "simulate/fast/storage.h"

#include <algorithm>
#include <cstdint>

#include "network/overloaded.h"
#include "simulate/fast/runs.h"

namespace fixgate::fast {
namespace {

/// By signal: the matrices that multiply it.
using Readers = std::vector<std::vector<const WeightMatrix*>>;

/// The hidden states of both directions are stored as the layer hands them on, side by side.
void share_readers(const FixedRecurrent& layer, Readers& readers) {
  auto& all = readers[static_cast<std::size_t>(layer.output_signal)];
  for (const FixedCell& cell : layer.cells) {
    if (cell.signals.hidden == layer.output_signal) continue;
    const auto& own = readers[static_cast<std::size_t>(cell.signals.hidden)];
    all.insert(all.end(), own.begin(), own.end());
  }
  for (const FixedCell& cell : layer.cells) readers[static_cast<std::size_t>(cell.signals.hidden)] = all;
}

Readers readers_of(const FixedChain& network) {
  Readers readers(network.signals.size());
  const auto add = [&](int signal, int weights) {
    readers[static_cast<std::size_t>(signal)].push_back(&network.weights[static_cast<std::size_t>(weights)]);
  };
  const Overloaded visitor{[](const FixedEmbedding&) {}, [](const FixedSelect&) {},
                           [&](const FixedDense& layer) { add(layer.input_signal, layer.weights); },
                           [&](const FixedRecurrent& layer) {
                             for (const FixedCell& cell : layer.cells)
                               for (std::size_t g = 0; g < cell.gates.size(); ++g) {
                                 const bool reset = g == 2 && cell.signals.reset_hidden >= 0;
                                 add(layer.input_signal, cell.gates[g].input_weights);
                                 add(reset ? cell.signals.reset_hidden : cell.signals.hidden,
                                     cell.gates[g].recurrent_weights);
                               }
                           }};
  for (const FixedLayer& layer : network.layers) std::visit(visitor, layer);
  for (const FixedLayer& layer : network.layers)
    if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer)) share_readers(*recurrent, readers);
  return readers;
}

bool as_bytes(const Format& format, const std::vector<const WeightMatrix*>& readers,
              const ByteProducts& products) {
  if (format.width > 8 || readers.empty()) return false;
  if (std::ranges::any_of(readers, [](const WeightMatrix* one) { return one->code().plain_width() > 8; }))
    return false;
  if (products.exact) return true;
  if (!products.pairs) return false;
  const auto most = static_cast<std::int32_t>(format.max() - format.min());
  const Multiplications counted = count_multiplications(readers, most);
  return counted.runs < counted.half_words;
}

}  // namespace

std::vector<Storage> choose_storage(const FixedChain& network, const ByteProducts& products) {
  const Readers readers = readers_of(network);
  std::vector<Storage> storage(network.signals.size());
  for (std::size_t s = 0; s < storage.size(); ++s) {
    const Format& format = network.signals[s].format.format;
    if (as_bytes(format, readers[s], products)) storage[s] = {1, static_cast<std::int32_t>(format.min())};
  }
  if (ends_in_dense(network)) storage[static_cast<std::size_t>(output_signal(network))] = {4, 0};
  return storage;
}

bool ends_in_dense(const FixedChain& network) {
  const int output = output_signal(network);
  return std::ranges::any_of(network.layers, [&](const FixedLayer& layer) {
    const auto* dense = std::get_if<FixedDense>(&layer);
    return dense != nullptr && dense->output_signal == output;
  });
}

}  // namespace fixgate::fast
