#include "hardware/memories.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "hardware/aligned_sums.h"
#include "hardware/descriptor.h"
#include "hardware/engines.h"
#include "hardware/layout.h"
#include "hardware/network_parts.h"

namespace fixgate {
namespace {

// The matrices of one side of an engine, by gate, and what stands where in its words.
struct WeightSide {
  std::vector<const WeightMatrix*> matrices;
  WeightCode code;
  std::vector<int> columns;  // of each element of each word; -1: none
};

// An engine's places, put together once.
struct Places {
  EngineShape shape;
  EngineGeometry geometry;
  Schedule schedule;
  std::vector<SliceRow> rows;
  std::vector<RowGroup> groups;
};

Places places_of(const FixedChain& network, const Engine& engine) {
  const EngineShape shape = shape_of(network, engine);
  const Schedule schedule = make_schedule(shape, engine.geometry);
  return {shape, engine.geometry, schedule, list_rows(shape, schedule), list_groups(schedule)};
}

// The weights of all words, word after word; 0 where none stands.
class WeightWords {
 public:
  WeightWords(const Places& places, const WeightSide& side)
      : places_(places),
        side_(side),
        words_of_group_(static_cast<int>(side.columns.size()) / places.geometry.split),
        words_(words_of_group_ * places.schedule.groups()),
        weights_(static_cast<std::size_t>(words_) * multipliers()) {
    for (std::size_t g = 0; g < places.groups.size(); ++g)
      for (int lane = 0; lane < places.groups[g].rows; ++lane) {
        const int row = places.groups[g].first + lane;
        for (int slice = 0; slice < places.geometry.slices; ++slice)
          fill_row(static_cast<int>(g), places.rows[static_cast<std::size_t>(row)], slice, lane);
      }
  }

  [[nodiscard]] MemoryImage image() const {
    MemoryImage image(words_, side_.code.stored_bits(static_cast<std::int64_t>(multipliers())));
    for (int word = 0; word < words_; ++word)
      put_weights(image, word, side_.code,
                  std::span(weights_).subspan(static_cast<std::size_t>(word) * multipliers(), multipliers()));
    return image;
  }

 private:
  [[nodiscard]] std::size_t multipliers() const {
    return static_cast<std::size_t>(places_.geometry.multipliers());
  }

  // One row of a group, in all words: lane `lane` of slice `slice`.
  void fill_row(int group, const SliceRow& row, int slice, int lane) {
    const int unit = unit_of(places_.shape, places_.schedule, slice, row.unit);
    if (unit < 0) return;
    const auto weights = side_.matrices[static_cast<std::size_t>(row.gate)]->row(unit);
    const int split = places_.geometry.split;
    const int first = (slice * places_.geometry.lanes + lane) * split;
    for (std::size_t element = 0; element < side_.columns.size(); ++element) {
      const int column = side_.columns[element];
      const int place = static_cast<int>(element);
      const int word = group * words_of_group_ + place / split;
      if (column >= 0)
        weights_[static_cast<std::size_t>(word) * multipliers() +
                 static_cast<std::size_t>(first + place % split)] = weights[static_cast<std::size_t>(column)];
    }
  }

  const Places& places_;
  const WeightSide& side_;
  int words_of_group_;
  int words_;
  std::vector<std::int32_t> weights_;
};

MemoryImage row_image(const Places& places, const AlignedSums& sums, const RowWord& layout) {
  MemoryImage image(static_cast<int>(places.rows.size()),
                    std::int64_t{places.geometry.slices} * layout.bits());
  for (std::size_t index = 0; index < places.rows.size(); ++index) {
    const SliceRow& row = places.rows[index];
    for (int slice = 0; slice < places.geometry.slices; ++slice) {
      const int unit = unit_of(places.shape, places.schedule, slice, row.unit);
      if (unit < 0) continue;
      const AlignedRow& aligned =
          sums.gates[static_cast<std::size_t>(row.gate)].rows[static_cast<std::size_t>(unit)];
      const int word = static_cast<int>(index);
      std::int64_t bit = std::int64_t{slice} * layout.bits();
      const auto put = [&](int width, Wide value) {
        image.set(word, bit, width, value);
        bit += width;
      };
      put(layout.shift, aligned.shift_x);
      put(layout.shift, aligned.shift_h);
      put(layout.bias, aligned.bias_x);
      put(layout.bias_h, aligned.bias_h);
    }
  }
  return image;
}

// A state as the multipliers read it: in words of the hidden state.
MemoryImage operand_image(const std::vector<std::int64_t>& state, const std::vector<int>& columns, int split,
                          int width) {
  MemoryImage image(static_cast<int>(columns.size()) / split, std::int64_t{split} * width);
  for (std::size_t element = 0; element < columns.size(); ++element) {
    const int place = static_cast<int>(element);
    if (columns[element] >= 0)
      image.set(place / split, std::int64_t{place % split} * width, width,
                state[static_cast<std::size_t>(columns[element])]);
  }
  return image;
}

// A state as the element-wise units read it: a unit of every slice a word.
MemoryImage unit_image(const std::vector<std::int64_t>& state, const Places& places, int width) {
  const int slices = places.geometry.slices;
  MemoryImage image(places.schedule.slice_units, std::int64_t{slices} * width);
  for (int word = 0; word < places.schedule.slice_units; ++word)
    for (int slice = 0; slice < slices; ++slice)
      if (const int unit = unit_of(places.shape, places.schedule, slice, word); unit >= 0)
        image.set(word, std::int64_t{slice} * width, width, state[static_cast<std::size_t>(unit)]);
  return image;
}

MemoryImage table_image(const ActivationTable& table) {
  const TableWidths widths = table_widths(table);
  if (table.kind == TableKind::Lookup) {
    MemoryImage image(static_cast<int>(table.entries.size()), widths.offset);
    for (std::size_t e = 0; e < table.entries.size(); ++e)
      image.set(static_cast<int>(e), 0, widths.offset, table.entries[e]);
    return image;
  }
  MemoryImage image(static_cast<int>(table.segments.size()), widths.start + widths.offset + widths.slope);
  for (std::size_t s = 0; s < table.segments.size(); ++s) {
    const int word = static_cast<int>(s);
    image.set(word, 0, widths.start, table.segments[s].start);
    image.set(word, widths.start, widths.offset, table.segments[s].offset);
    image.set(word, widths.start + widths.offset, widths.slope, table.segments[s].slope);
  }
  return image;
}

std::string geometry_text(const EngineGeometry& geometry, WeightEncoding encoding) {
  return fmt::format("{} x {} x {} weights a word (slices, lanes, split), lowest first{}", geometry.slices,
                     geometry.lanes, geometry.split,
                     encoding == WeightEncoding::Integer ? "" : "; " + storage_text(encoding));
}

// Collects the files of one engine after the other.
class MemoryLister {
 public:
  explicit MemoryLister(const Accelerator& accelerator) : network_(accelerator.network) {}

  Result<void> add(const Engine& engine) {
    engine_ = &engine;
    const FixedLayer& layer = layer_of(network_, engine);
    if (const auto* embedding = std::get_if<FixedEmbedding>(&layer)) return add_embedding(*embedding);
    if (const auto* dense = std::get_if<FixedDense>(&layer)) return add_dense(*dense);
    return add_recurrent(std::get<FixedRecurrent>(layer));
  }

  void add_tables() {
    for (std::size_t t = 0; t < network_.tables.size(); ++t) {
      const ActivationTable& table = network_.tables[t];
      if (table.kind == TableKind::Rectifier) continue;
      const bool lookup = table.kind == TableKind::Lookup;
      files_.push_back(
          {table_memory_name(static_cast<int>(t)),
           fmt::format("{}, {} to {}: {}", table.function, to_text(table.input), to_text(table.output.format),
                       lookup ? "an entry a word" : "{slope, offset, start} a word"),
           table_image(table)});
    }
  }

  [[nodiscard]] std::vector<MemoryFile> files() && { return std::move(files_); }

 private:
  void add_file(const std::string& part, std::string content, MemoryImage image) {
    files_.push_back({memory_name(*engine_, part), std::move(content), std::move(image)});
  }

  Result<void> add_embedding(const FixedEmbedding& layer) {
    const WeightMatrix& matrix = weights_of(network_, layer.weights);
    const EmbeddingAlignment alignment = align_embedding(network_, layer);
    const int width = stored_weights(network_, layer).w.width;
    MemoryImage weights(matrix.rows * matrix.columns, width);
    for (std::size_t k = 0; k < matrix.values.size(); ++k)
      weights.set(static_cast<int>(k), 0, width, matrix.values[k]);
    MemoryImage shifts(matrix.rows, alignment.shift_width);
    for (int token = 0; token < matrix.rows; ++token)
      shifts.set(token, 0, alignment.shift_width,
                 alignment.fraction - matrix.row_fractions[static_cast<std::size_t>(token)]);
    add_file(
        "w",
        fmt::format("{}: {} tokens of {} entries, an entry a word", matrix.name, matrix.rows, matrix.columns),
        std::move(weights));
    add_file("shifts", fmt::format("{}: left shift of each token's entries", matrix.name), std::move(shifts));
    return {};
  }

  Result<void> add_dense(const FixedDense& layer) {
    const Places places = places_of(network_, *engine_);
    FIXGATE_ASSIGN(const AlignedSums sums, align_sums(network_, layer));
    add_weights("w", places,
                {{&weights_of(network_, layer.weights)},
                 stored_weights(network_, layer).w,
                 list_input_columns(places.shape, places.geometry)});
    add_rows(places, sums, {sums.widths.shift, sums.widths.bias, 0});
    return {};
  }

  Result<void> add_recurrent(const FixedRecurrent& layer) {
    const Places places = places_of(network_, *engine_);
    FIXGATE_ASSIGN(const AlignedSums sums, align_sums(network_, layer));
    const EngineWeights stored = stored_weights(network_, layer);
    WeightSide input{{}, stored.w, list_input_columns(places.shape, places.geometry)};
    WeightSide hidden{{}, stored.r, list_hidden_columns(places.shape, places.geometry)};
    for (const FixedGate& gate : layer.cells.front().gates) {
      input.matrices.push_back(&weights_of(network_, gate.input_weights));
      hidden.matrices.push_back(&weights_of(network_, gate.recurrent_weights));
    }
    add_weights("w", places, input);
    add_weights("r", places, hidden);
    add_rows(places, sums,
             {sums.widths.shift, sums.widths.bias, layer.linear_before_reset ? sums.widths.bias_h : 0});
    add_initial_states(layer, places);
    return {};
  }

  void add_weights(const std::string& part, const Places& places, const WeightSide& side) {
    add_file(part,
             fmt::format("{}{}: {}", side.matrices.front()->name, side.matrices.size() > 1 ? " and on" : "",
                         geometry_text(places.geometry, side.code.encoding)),
             WeightWords(places, side).image());
  }

  void add_rows(const Places& places, const AlignedSums& sums, const RowWord& layout) {
    add_file("rows",
             fmt::format("{}: for each row {{{}bias, shift of h, shift of x}}",
                         layer_name(layer_of(network_, *engine_)), layout.bias_h > 0 ? "bias of h, " : ""),
             row_image(places, sums, layout));
  }

  void add_initial_states(const FixedRecurrent& layer, const Places& places) {
    const FixedCell& cell = layer.cells.front();
    const int width = travelling_width(format_of(network_, cell.signals.hidden));
    if (!cell.initial_hidden.empty()) {
      add_file("h0", layer.name + ": the first hidden state, as the multipliers read it",
               operand_image(cell.initial_hidden, list_hidden_columns(places.shape, places.geometry),
                             places.geometry.split, width));
      if (layer.kind == CellKind::Gru)
        add_file("h0_units", layer.name + ": the first hidden state, a unit of every slice a word",
                 unit_image(cell.initial_hidden, places, width));
    }
    if (!cell.initial_cell.empty())
      add_file(
          "c0", layer.name + ": the first cell state, a unit of every slice a word",
          unit_image(cell.initial_cell, places, travelling_width(format_of(network_, cell.signals.cell))));
  }

  const FixedChain& network_;
  const Engine* engine_ = nullptr;
  std::vector<MemoryFile> files_;
};

}  // namespace

std::string memory_name(const Engine& engine, const std::string& part) {
  return fmt::format("{}_{}.hex", engine.identifier, part);
}

std::string table_memory_name(int table) {
  return fmt::format("table_{}.hex", table);
}

EmbeddingAlignment align_embedding(const FixedChain& network, const FixedEmbedding& layer) {
  const auto& fractions = weights_of(network, layer.weights).row_fractions;
  const auto [low, high] = std::minmax_element(fractions.begin(), fractions.end());
  return {*high, std::max(1, static_cast<int>(std::bit_width(static_cast<unsigned>(*high - *low))))};
}

EngineWeights stored_weights(const FixedChain& network, const FixedLayer& layer) {
  if (const auto* embedding = std::get_if<FixedEmbedding>(&layer))  // an entry a word: nothing to pack
    return {{WeightEncoding::Integer, weights_of(network, embedding->weights).code().plain_width()}, {}};
  if (const auto* dense = std::get_if<FixedDense>(&layer))
    return {weights_of(network, dense->weights).code(), {}};
  std::vector<WeightCode> w;
  std::vector<WeightCode> r;
  if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer))
    for (const FixedGate& gate : recurrent->cells.front().gates) {
      w.push_back(weights_of(network, gate.input_weights).code());
      r.push_back(weights_of(network, gate.recurrent_weights).code());
    }
  return {common_code(w), common_code(r)};
}

Result<std::vector<MemoryFile>> list_memories(const Accelerator& accelerator) {
  MemoryLister lister(accelerator);
  for (const Engine& engine : accelerator.engines)
    if (auto added = lister.add(engine); !added)
      return tl::make_unexpected(
          added.error().within(fmt::format("layer '{}'", layer_name(layer_of(accelerator.network, engine)))));
  lister.add_tables();
  return std::move(lister).files();
}

}  // namespace fixgate
