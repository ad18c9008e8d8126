#include "simulate/fast/storage.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "network/overloaded.h"

namespace fixgate::fast {
namespace {

constexpr int kFewestNarrowQuads = 4;  // below that, half words are as fast
constexpr int kMostNarrowQuads = 32;

/// What one of the two 16-bit sums of a quad may reach.
struct Reach {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

std::array<Reach, 2> reach_of_quad(std::span<const std::int32_t> row, std::size_t quad, std::int64_t most) {
  std::array<Reach, 2> reach;
  for (std::size_t k = 4 * quad; k < std::min(4 * quad + 4, row.size()); ++k) {
    Reach& pair = reach[(k / 2) % 2];
    (row[k] > 0 ? pair.high : pair.low) += row[k] * most;
  }
  return reach;
}

bool fits(std::span<const std::int32_t> row, std::size_t first, std::size_t count, std::int64_t most) {
  std::array<Reach, 2> sums;
  const std::size_t quads = (row.size() + 3) / 4;
  for (std::size_t quad = first; quad < std::min(first + count, quads); ++quad) {
    const auto reach = reach_of_quad(row, quad, most);
    for (std::size_t side = 0; side < 2; ++side) {
      sums[side].low += reach[side].low;
      sums[side].high += reach[side].high;
      if (sums[side].low < -32768 || sums[side].high > 32767) return false;
    }
  }
  return true;
}

// Every block of `count` quads, counted from the first, of every row.
bool blocks_fit(const std::vector<const WeightMatrix*>& parts, std::size_t count, std::int64_t most) {
  for (const WeightMatrix* part : parts)
    for (int row = 0; row < part->rows; ++row)
      for (std::size_t quad = 0; 4 * quad < static_cast<std::size_t>(part->columns); quad += count)
        if (!fits(part->row(row), quad, count, most)) return false;
  return true;
}

/// By signal: the matrices that multiply it.
using Readers = std::vector<std::vector<const WeightMatrix*>>;

Readers readers_of(const FixedNetwork& network) {
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
  return readers;
}

bool as_bytes(const Format& format, const std::vector<const WeightMatrix*>& readers,
              const ByteProducts& products) {
  if (format.width > 8 || readers.empty()) return false;
  if (std::ranges::any_of(readers, [](const WeightMatrix* one) { return one->code().plain_width() > 8; }))
    return false;
  if (products.exact) return true;
  return products.pairs && narrow_quads(readers, format) >= kFewestNarrowQuads;
}

}  // namespace

int narrow_quads(const std::vector<const WeightMatrix*>& parts, const Format& input) {
  const std::int64_t most = input.max() - input.min();
  int quads = kMostNarrowQuads;
  while (quads > 0 && !blocks_fit(parts, static_cast<std::size_t>(quads), most)) quads /= 2;
  return quads;
}

std::vector<Storage> choose_storage(const FixedNetwork& network, const ByteProducts& products) {
  const Readers readers = readers_of(network);
  std::vector<Storage> storage(network.signals.size());
  for (std::size_t s = 0; s < storage.size(); ++s) {
    const Format& format = network.signals[s].format.format;
    if (as_bytes(format, readers[s], products)) storage[s] = {1, static_cast<std::int32_t>(format.min())};
  }
  if (ends_in_dense(network)) storage[static_cast<std::size_t>(output_signal(network))] = {4, 0};
  return storage;
}

bool ends_in_dense(const FixedNetwork& network) {
  const int output = output_signal(network);
  return std::ranges::any_of(network.layers, [&](const FixedLayer& layer) {
    const auto* dense = std::get_if<FixedDense>(&layer);
    return dense != nullptr && dense->output_signal == output;
  });
}

}  // namespace fixgate::fast
