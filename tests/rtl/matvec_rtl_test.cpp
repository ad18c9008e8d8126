// The matrix-vector unit with random weights: docs/numerics.md, section 5.
#include <span>

#include "numeric/requantise.h"
#include "rtl/module_test.h"
#include "rtl/stream_run.h"
#include "rtl/timeline.h"
#include "rtl/weight_code.h"

namespace fixgate::rtl {
namespace {

struct Shape {
  int inputs, units, slices, lanes,
      split;  // units: rows without a hidden state, or hidden units of one row each
  bool recurrent;
  WeightCode w, r;
  int input_width, hidden_width;
  int shift_width, bias_width;

  [[nodiscard]] int slice_units() const { return (units + slices - 1) / slices; }
  [[nodiscard]] int groups() const { return (slice_units() + lanes - 1) / lanes; }
  [[nodiscard]] int x_words() const { return (inputs + split - 1) / split; }
  [[nodiscard]] int slice_words() const { return (slice_units() + split - 1) / split; }
  [[nodiscard]] int sum_width() const {
    return std::max(w.plain_width() + input_width + index_bits(inputs + 1),
                    r.plain_width() + hidden_width + index_bits(units + 1));
  }
  [[nodiscard]] int total_width() const { return std::max(sum_width() + (1 << shift_width), bias_width) + 2; }
};

Shape random_shape(Random& random) {
  Shape shape{};
  shape.inputs = random.number(1, 12);
  shape.recurrent = random.chance(0.7);
  do {
    shape.units = random.number(1, 12);
    shape.slices = shape.recurrent ? random.number(1, 3) : 1;
  } while ((shape.slices - 1) * shape.slice_units() >= shape.units);
  shape.lanes = random.number(1, 6);
  shape.split = random.pick({1, 2, 4, 8});
  shape.w = random_code(random);
  shape.r = random.chance(0.5) ? random_code(random) : shape.w;
  shape.input_width = random.number(1, 9);
  shape.hidden_width = random.number(1, 9);
  shape.shift_width = random.number(1, 3);
  shape.bias_width = random.number(1, 12);
  return shape;
}

struct Row {
  std::vector<std::int64_t> w, r;
  int x_shift = 0, hidden_shift = 0;
  std::int64_t bias = 0;
};

std::int64_t random_signed(Random& random, int width) {
  const std::int64_t half = std::int64_t{1} << (width - 1);
  return random.in(-half, half - 1);
}

class Matvec {
 public:
  Matvec(const Shape& shape, Random& random)
      : shape_(shape), rows_(static_cast<std::size_t>(shape.slices * shape.slice_units()), padding(shape)) {
    hidden_.resize(static_cast<std::size_t>(shape.units));
    for (Row& row : std::span(rows_).first(hidden_.size())) {
      row = {};
      for (int k = 0; k < shape.inputs; ++k) row.w.push_back(random_weight(random, shape.w));
      for (int k = 0; k < shape.units; ++k)
        row.r.push_back(shape.recurrent ? random_weight(random, shape.r) : 0);
      row.x_shift = random.number(0, (1 << shape.shift_width) - 1);
      row.hidden_shift = random.number(0, (1 << shape.shift_width) - 1);
      row.bias = random_signed(random, shape.bias_width);
    }
  }

  /// One step's words: {last, first, hidden totals, x totals, totals}, slice by slice in each.
  void step(const std::vector<std::int64_t>& x, bool first, bool last, std::vector<Word>& out) {
    if (first) std::fill(hidden_.begin(), hidden_.end(), 0);
    std::vector<std::int64_t> totals, x_totals, hidden_totals;
    for (const Row& row : rows_) {
      x_totals.push_back(align(product(row.w, x), row.x_shift) + row.bias);
      hidden_totals.push_back(align(product(row.r, hidden_), row.hidden_shift));
      totals.push_back(x_totals.back() + hidden_totals.back());
    }
    for (int unit = 0; unit < shape_.slice_units(); ++unit) {
      Word word;
      for (const auto* list : {&totals, &x_totals, &hidden_totals})
        for (int s = 0; s < shape_.slices; ++s) word.add(of_slice(*list, s, unit), shape_.total_width());
      out.push_back(word.add(first ? 1 : 0, 1).add(last ? 1 : 0, 1));
    }
    for (std::size_t unit = 0; unit < hidden_.size(); ++unit) {
      const int dropped = 64 - shape_.hidden_width;
      hidden_[unit] =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(totals[unit]) << dropped) >> dropped;
    }
  }

  [[nodiscard]] std::string w_memory() const {
    return memory(shape_.x_words(), shape_.w, [&](const Row& row, int word, int p) {
      const int column = word * shape_.split + p;
      return column < shape_.inputs ? row.w[static_cast<std::size_t>(column)] : 0;
    });
  }
  [[nodiscard]] std::string r_memory() const {
    return memory(shape_.slices * shape_.slice_words(), shape_.r, [&](const Row& row, int word, int p) {
      const int local = word % shape_.slice_words() * shape_.split + p;
      const int unit = word / shape_.slice_words() * shape_.slice_units() + local;
      const bool exists = local < shape_.slice_units() && unit < shape_.units;
      return exists ? row.r[static_cast<std::size_t>(unit)] : 0;
    });
  }
  [[nodiscard]] std::string row_memory() const {
    std::vector<Word> words;
    for (int unit = 0; unit < shape_.slice_units(); ++unit) {
      Word word;
      for (int s = 0; s < shape_.slices; ++s) {
        const Row row = row_of(s, unit);
        word.add(row.x_shift, shape_.shift_width)
            .add(row.hidden_shift, shape_.shift_width)
            .add(row.bias, shape_.bias_width);
      }
      words.push_back(word);
    }
    return memory_text(words);
  }

 private:
  static std::int64_t product(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
  }
  [[nodiscard]] std::int64_t of_slice(const std::vector<std::int64_t>& list, int slice, int unit) const {
    return list[static_cast<std::size_t>(slice * shape_.slice_units() + unit)];
  }
  /// A row that fills a slice up: of zeros, which binary weights hold as 1.
  static Row padding(const Shape& shape) {
    const auto row = [](int size, bool is_one) {
      return std::vector<std::int64_t>(static_cast<std::size_t>(size), is_one ? 1 : 0);
    };
    return {row(shape.inputs, shape.w.encoding == WeightEncoding::Binary),
            row(shape.units, shape.recurrent && shape.r.encoding == WeightEncoding::Binary), 0, 0, 0};
  }
  [[nodiscard]] Row row_of(int slice, int unit) const {
    if (unit >= shape_.slice_units()) return padding(shape_);
    return rows_[static_cast<std::size_t>(slice * shape_.slice_units() + unit)];
  }
  template <typename Weight>
  [[nodiscard]] std::string memory(int words_per_group, const WeightCode& code, Weight weight) const {
    std::vector<Word> words;
    for (int group = 0; group < shape_.groups(); ++group)
      for (int n = 0; n < words_per_group; ++n) {
        std::vector<std::int64_t> weights;
        for (int s = 0; s < shape_.slices; ++s)
          for (int lane = 0; lane < shape_.lanes; ++lane) {
            const Row row = row_of(s, group * shape_.lanes + lane);
            for (int p = 0; p < shape_.split; ++p) weights.push_back(weight(row, n, p));
          }
        words.push_back(stored_word(code, weights));
      }
    return memory_text(words);
  }

  Shape shape_;
  std::vector<Row> rows_;
  std::vector<std::int64_t> hidden_;
};

void add_matvec(Bench& bench, Random& random) {
  const Shape shape = random_shape(random);
  Matvec matvec(shape, random);
  StreamRun run;
  run.may_stall = false;
  bool first = true;
  for (int step = 0; step < 20; ++step) {
    const bool last = random.chance(0.3);
    std::vector<std::int64_t> x;
    for (int k = 0; k < shape.inputs; ++k) {
      x.push_back(random_signed(random, shape.input_width));
      run.in.push_back(Word().add(x.back(), shape.input_width).add(first ? 1 : 0, 1).add(last ? 1 : 0, 1));
    }
    matvec.step(x, first, last, run.out);
    first = last && random.chance(0.7);
  }
  run.parameters = {number("Inputs", shape.inputs),
                    number("InputWidth", shape.input_width),
                    number("Units", shape.recurrent ? shape.units : 0),
                    number("HiddenWidth", shape.hidden_width),
                    number("Slices", shape.slices),
                    number("Lanes", shape.lanes),
                    number("Split", shape.split),
                    number("Rows", shape.slice_units()),
                    number("FirstRows", shape.slice_units()),
                    number("WWidth", shape.w.width),
                    number("RWidth", shape.r.width),
                    number("WEncoding", static_cast<int>(shape.w.encoding)),
                    number("REncoding", static_cast<int>(shape.r.encoding)),
                    number("SumWidth", shape.sum_width()),
                    number("TotalWidth", shape.total_width()),
                    number("ShiftWidth", shape.shift_width),
                    number("BiasWidth", shape.bias_width),
                    text("WFile", bench.add_file(matvec.w_memory())),
                    text("RFile", bench.add_file(matvec.r_memory())),
                    text("RowFile", bench.add_file(matvec.row_memory()))};
  add_streams(bench, run, random);
}

TEST(MatvecRtl, TotalsOfRandomWeights) {
  check_module("fg_matvec", add_matvec, 40, 2);
}

TEST(LibraryRtl, EveryModuleHasATestbench) {
  const auto benches = library_folder().parent_path() / "tests";
  for (const auto& entry : std::filesystem::directory_iterator(library_folder())) {
    const std::string module = entry.path().stem().string();
    if (module == "fg_pkg") continue;
    EXPECT_TRUE(std::filesystem::exists(benches / (module + "_tb.sv"))) << module;
  }
}

}  // namespace
}  // namespace fixgate::rtl
