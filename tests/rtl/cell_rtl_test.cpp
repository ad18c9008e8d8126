// The element-wise units: docs/numerics.md, section 7, row by row.
#include <algorithm>

#include "numeric/accumulator.h"
#include "numeric/requantise.h"
#include "rtl/descriptors.h"
#include "rtl/module_test.h"
#include "rtl/timeline.h"

namespace fixgate::rtl {
namespace {

constexpr int kCycles = 400;
constexpr int kTotalWidth = 24;

/// Around one, and narrow enough that every product of the cells fits 64 bits.
SignalFormat random_state_signal(Random& random) {
  SignalFormat signal = random_signal(random, 12);
  signal.format.fraction = signal.format.width - random.number(-1, 4);
  return signal;
}

std::int64_t random_value(Random& random, const Format& format) {
  return random.chance(0.2) ? random.pick({format.min(), format.max()})
                            : random.in(format.min(), format.max());
}

std::int64_t random_total(Random& random) {
  const std::int64_t half = std::int64_t{1} << (random.number(1, kTotalWidth) - 1);
  return random.in(-half, half - 1);
}

std::int64_t quantise(std::int64_t value, int fraction, const SignalFormat& signal) {
  std::int64_t overflowed = 0;
  return requantise(value, fraction, signal, overflowed);
}

/// From a row's total to its gate's value.
struct Gate {
  SignalFormat pre;
  int total_fraction = 0;
  ActivationTable table;

  [[nodiscard]] int fraction() const { return table.output.format.fraction; }
  [[nodiscard]] std::int64_t activated(std::int64_t q) const {
    std::int64_t overflowed = 0;
    return apply_table(table, q, overflowed);
  }
  [[nodiscard]] std::int64_t of_total(std::int64_t total) const {
    return activated(quantise(total, total_fraction, pre));
  }
};

ActivationTable random_activation(Random& random, const Format& input, const SignalFormat& output) {
  const TableKind kind = random.pick(
      {TableKind::PiecewiseLinear, TableKind::PiecewiseLinear, TableKind::Lookup, TableKind::Rectifier});
  return random_table(random, kind, input, output);
}

Gate random_gate(Random& random) {
  Gate gate;
  gate.pre = random_state_signal(random);
  gate.total_fraction = gate.pre.format.fraction + random.number(-3, 14);
  gate.table = random_activation(random, gate.pre.format, random_state_signal(random));
  return gate;
}

/// Gates of a cell as the modules' parameters; some share everything.
struct Gates {
  std::vector<Gate> gates;
  std::vector<int> classes;
  std::vector<TableImage> images;
  int latency = 0;
  int width = 0;

  /// The last `apart` gates share nothing.
  Gates(Random& random, int count, int apart) {
    for (int g = 0; g < count; ++g) {
      const bool shares = g > 0 && g < count - apart && random.chance(0.3);
      gates.push_back(shares ? gates[0] : random_gate(random));
      classes.push_back(shares ? 0 : g);
      images.push_back(table_image(gates.back().table));
      latency = std::max(latency, images.back().latency);
      width = std::max(width, travelling_width(gates.back().table.output.format));
    }
  }

  [[nodiscard]] const Gate& operator[](int g) const { return gates[static_cast<std::size_t>(g)]; }

  void add_to(Bench& bench, std::vector<Parameter>& parameters, const std::string& class_name,
              const std::vector<std::string>& file_names) const {
    Word pre;
    Word tables;
    Word class_word;
    for (std::size_t g = 0; g < gates.size(); ++g) {
      pre.add(signal_word(gates[g].pre, gates[g].total_fraction));
      tables.add(images[g].descriptor);
      class_word.add(classes[g], 32);
      parameters.push_back(text(file_names[g], bench.add_file(images[g].words)));
    }
    parameters.insert(parameters.end(),
                      {bits("Pre", pre), bits("Tables", tables), bits(class_name, class_word),
                       number("GateWidth", width), number("TotalWidth", kTotalWidth)});
  }
};

void add_gates(Bench& bench, Random& random) {
  const int count = random.number(1, 4);
  const Gates gates(random, count, 0);
  std::vector<Parameter> parameters{number("Gates", count), number("Latency", gates.latency)};
  gates.add_to(bench, parameters, "Class", {"File0", "File1", "File2", "File3"});
  std::vector<Word> words;
  for (int k = 0; k < kCycles; ++k) {
    const std::int64_t total = random_total(random);
    Word word = Word().add(total, kTotalWidth);
    for (const Gate& gate : gates.gates) word.add(gate.of_total(total), gates.width);
    words.push_back(word);
  }
  parameters.push_back(for_bench(number("Count", kCycles)));
  parameters.push_back(for_bench(text("Vectors", bench.add_file(memory_text(words)))));
  bench.add_run(std::move(parameters), kCycles);
}

/// h' <- n + z * (h - n)
struct Blend {
  Format z, n;
  SignalFormat hidden;

  [[nodiscard]] int difference_fraction() const { return std::max(hidden.format.fraction, n.fraction); }
  [[nodiscard]] int product_fraction() const { return z.fraction + difference_fraction(); }
  [[nodiscard]] int fraction() const { return std::max(product_fraction(), n.fraction); }

  [[nodiscard]] std::int64_t value(std::int64_t z_value, std::int64_t n_value, std::int64_t h_value) const {
    const std::int64_t difference = align(h_value, difference_fraction() - hidden.format.fraction) -
                                    align(n_value, difference_fraction() - n.fraction);
    const std::int64_t sum = align(z_value * difference, fraction() - product_fraction()) +
                             align(n_value, fraction() - n.fraction);
    return quantise(sum, fraction(), hidden);
  }

  void add_to(std::vector<Parameter>& parameters) const {
    parameters.insert(parameters.end(),
                      {number("DifferenceHiddenShift", difference_fraction() - hidden.format.fraction),
                       number("DifferenceCandidateShift", difference_fraction() - n.fraction),
                       number("CandidateShift", fraction() - n.fraction),
                       number("ProductShift", fraction() - product_fraction()),
                       bits("Hidden", signal_word(hidden, fraction())),
                       number("HiddenWidth", travelling_width(hidden.format))});
  }
};

void add_blend(Bench& bench, Random& random) {
  const Blend blend{random_state_signal(random).format, random_state_signal(random).format,
                    random_state_signal(random)};
  const int gate_width = std::max(travelling_width(blend.z), travelling_width(blend.n));
  const int hidden_width = travelling_width(blend.hidden.format);
  std::vector<Parameter> parameters{number("GateWidth", gate_width)};
  blend.add_to(parameters);
  std::vector<Word> words;
  for (int k = 0; k < kCycles; ++k) {
    const std::int64_t z = random_value(random, blend.z);
    const std::int64_t n = random_value(random, blend.n);
    const std::int64_t h = random_value(random, blend.hidden.format);
    words.push_back(Word()
                        .add(z, gate_width)
                        .add(n, gate_width)
                        .add(h, hidden_width)
                        .add(blend.value(z, n, h), hidden_width));
  }
  parameters.push_back(for_bench(number("Count", kCycles)));
  parameters.push_back(for_bench(text("Vectors", bench.add_file(memory_text(words)))));
  bench.add_run(std::move(parameters), kCycles);
}

/// Rows of totals that go into a unit, step after step, and the hidden values that come out.
class UnitRun {
 public:
  enum Input { kRowValid, kRowFirst, kRowLast, kTotal, kXTotal, kHiddenTotal };
  enum Output {
    kHiddenValid,
    kHiddenUnit,
    kHidden,
    kHiddenFirst,
    kHiddenLast,
    kResetValid,
    kResetUnit,
    kResetHidden
  };

  UnitRun(Random& random, int units, const Format& state, const Format& hidden, std::vector<int> more_inputs,
          const std::vector<int>& more_outputs)
      : random_(random),
        units_(units),
        timeline_(joined({{1, 1, 1, kTotalWidth}, std::move(more_inputs)}),
                  joined({{1, index_bits(units), travelling_width(hidden), 1, 1}, more_outputs}), kCycles,
                  random) {
    timeline_.drive_always(kRowValid, 0);
    timeline_.expect_always(kHiddenValid, 0);
    for (int unit = 0; unit < units; ++unit) {
      initial_.push_back(random.chance(0.3) ? 0 : random_value(random, state));
      initial_words_.push_back(Word().add(initial_.back(), travelling_width(state)));
    }
    states_ = initial_;
  }

  /// False: there is no time for a step of `rows` rows whose results come `latency` cycles later.
  bool begin_step(int rows, int latency) {
    first_ = states_.empty() || last_ || random_.chance(0.2);
    last_ = random_.chance(0.3);
    if (first_ || never_) states_ = initial_;
    if (never_) first_ = true;
    never_ = false;
    next_ = hidden_done_ + 1;
    return next_ + 4 * rows + 2 * latency < timeline_.cycles();
  }

  /// The cycle of the step's next row, whose total is given to the unit.
  int add_row(std::int64_t total) {
    if (random_.chance(0.3)) next_ += random_.number(1, 3);
    timeline_.drive(next_, kRowValid, 1);
    timeline_.drive(next_, kRowFirst, first_ ? 1 : 0);
    timeline_.drive(next_, kRowLast, last_ ? 1 : 0);
    timeline_.drive(next_, kTotal, total);
    return next_++;
  }
  void wait_until(int cycle) { next_ = std::max(next_, cycle); }

  void expect_hidden(int cycle, int unit, std::int64_t value) {
    timeline_.expect(cycle, kHiddenValid, 1);
    timeline_.expect(cycle, kHiddenUnit, unit);
    timeline_.expect(cycle, kHidden, value);
    timeline_.expect(cycle, kHiddenFirst, first_ ? 1 : 0);
    timeline_.expect(cycle, kHiddenLast, last_ ? 1 : 0);
    hidden_done_ = cycle;
  }

  std::int64_t& state(int unit) { return states_[static_cast<std::size_t>(unit)]; }
  Timeline& timeline() { return timeline_; }
  Random& random() { return random_; }
  [[nodiscard]] int units() const { return units_; }

  void add_to(Bench& bench, std::vector<Parameter> parameters) const {
    parameters.push_back(number("Units", units_));
    parameters.push_back(for_bench(text("InitialFile", bench.add_file(memory_text(initial_words_)))));
    timeline_.add_to(bench, std::move(parameters));
  }

 private:
  Random& random_;
  int units_;
  Timeline timeline_;
  std::vector<std::int64_t> initial_;
  std::vector<Word> initial_words_;
  std::vector<std::int64_t> states_;
  bool first_ = true;
  bool last_ = true;
  bool never_ = true;  // no step yet
  int next_ = 0;
  int hidden_done_ = 0;
};

// --- LSTM ---

struct Lstm {
  Gates gates;  // i, o, f, c
  SignalFormat cell, activation, hidden;
  ActivationTable cell_table;

  explicit Lstm(Random& random)
      : gates(random, 4, 0),
        cell(random_state_signal(random)),
        activation(random_state_signal(random)),
        hidden(random_state_signal(random)),
        cell_table(random_activation(random, cell.format, activation)) {}

  [[nodiscard]] int kept() const { return gates[2].fraction() + cell.format.fraction; }
  [[nodiscard]] int added() const { return gates[0].fraction() + gates[3].fraction(); }
  [[nodiscard]] int sum_fraction() const { return std::max(kept(), added()); }
};

bool add_lstm_step(const Lstm& lstm, int cell_latency, UnitRun& run) {
  const int latency = lstm.gates.latency + cell_latency + 5;
  if (!run.begin_step(4 * run.units(), latency)) return false;
  for (int unit = 0; unit < run.units(); ++unit) {
    std::int64_t gate[4];
    int cycle = 0;
    for (int g = 0; g < 4; ++g) {
      const std::int64_t total = random_total(run.random());
      gate[g] = lstm.gates[g].of_total(total);
      cycle = run.add_row(total);
    }
    const std::int64_t sum = align(gate[2] * run.state(unit), lstm.sum_fraction() - lstm.kept()) +
                             align(gate[0] * gate[3], lstm.sum_fraction() - lstm.added());
    run.state(unit) = quantise(sum, lstm.sum_fraction(), lstm.cell);
    std::int64_t overflowed = 0;
    const std::int64_t activated = apply_table(lstm.cell_table, run.state(unit), overflowed);
    const int fraction = lstm.gates[1].fraction() + lstm.activation.format.fraction;
    run.expect_hidden(cycle + latency, unit, quantise(gate[1] * activated, fraction, lstm.hidden));
  }
  return true;
}

void add_lstm_unit(Bench& bench, Random& random) {
  const Lstm lstm(random);
  const TableImage cell_image = table_image(lstm.cell_table);
  UnitRun run(random, random.number(1, 6), lstm.cell.format, lstm.hidden.format, {}, {});
  while (add_lstm_step(lstm, cell_image.latency, run)) {
  }
  const int hidden_fraction = lstm.gates[1].fraction() + lstm.activation.format.fraction;
  std::vector<Parameter> parameters{number("TableLatency", lstm.gates.latency),
                                    number("CellTableLatency", cell_image.latency),
                                    number("ForgetShift", lstm.sum_fraction() - lstm.kept()),
                                    number("InputShift", lstm.sum_fraction() - lstm.added()),
                                    number("CellWidth", travelling_width(lstm.cell.format)),
                                    number("CellActivationWidth", travelling_width(lstm.activation.format)),
                                    number("HiddenWidth", travelling_width(lstm.hidden.format)),
                                    bits("TableCell", cell_image.descriptor),
                                    bits("Cell", signal_word(lstm.cell, lstm.sum_fraction())),
                                    bits("Hidden", signal_word(lstm.hidden, hidden_fraction)),
                                    text("TableCellFile", bench.add_file(cell_image.words))};
  lstm.gates.add_to(bench, parameters, "GateClass", {"TableIFile", "TableOFile", "TableFFile", "TableCFile"});
  run.add_to(bench, std::move(parameters));
}

// --- GRU ---

const std::vector<std::string> kGruFiles{"TableZFile", "TableRFile", "TableHFile"};

/// linear_before_reset = 1
struct GruAfter {
  Gates gates;  // z, r, h
  SignalFormat recurrent;
  int hidden_total_fraction, x_total_fraction, reset_fraction;
  Blend blend;

  explicit GruAfter(Random& random)
      : gates(random, 3, 1),
        recurrent(random_state_signal(random)),
        hidden_total_fraction(recurrent.format.fraction + random.number(-3, 14)),
        reset_fraction(gates[1].fraction() + recurrent.format.fraction),
        blend{gates[0].table.output.format, gates[2].table.output.format, random_state_signal(random)} {
    x_total_fraction = reset_fraction + random.number(0, 6);
    gates.gates[2].total_fraction = x_total_fraction;
  }
};

bool add_gru_after_step(const GruAfter& gru, UnitRun& run) {
  const int latency = 2 * gru.gates.latency + 6;
  if (!run.begin_step(3 * run.units(), latency)) return false;
  for (int unit = 0; unit < run.units(); ++unit) {
    const std::int64_t total_z = random_total(run.random());
    const std::int64_t total_r = random_total(run.random());
    const std::int64_t x_total = random_total(run.random());
    const std::int64_t hidden_total = random_total(run.random());
    run.add_row(total_z);
    run.add_row(total_r);
    const int cycle = run.add_row(random_total(run.random()));
    run.timeline().drive(cycle, UnitRun::kXTotal, x_total);
    run.timeline().drive(cycle, UnitRun::kHiddenTotal, hidden_total);
    const std::int64_t recurrent = quantise(hidden_total, gru.hidden_total_fraction, gru.recurrent);
    const std::int64_t reset = gru.gates[1].of_total(total_r) * recurrent;
    const std::int64_t sum = x_total + align(reset, gru.x_total_fraction - gru.reset_fraction);
    run.state(unit) =
        gru.blend.value(gru.gates[0].of_total(total_z), gru.gates[2].of_total(sum), run.state(unit));
    run.expect_hidden(cycle + latency, unit, run.state(unit));
  }
  return true;
}

void add_gru_after_unit(Bench& bench, Random& random) {
  const GruAfter gru(random);
  UnitRun run(random, random.number(1, 6), gru.blend.hidden.format, gru.blend.hidden.format,
              {kTotalWidth, kTotalWidth}, {});
  while (add_gru_after_step(gru, run)) {
  }
  std::vector<Parameter> parameters{number("TableLatency", gru.gates.latency),
                                    number("RecurrentWidth", travelling_width(gru.recurrent.format)),
                                    number("ResetShift", gru.x_total_fraction - gru.reset_fraction),
                                    bits("Recurrent", signal_word(gru.recurrent, gru.hidden_total_fraction))};
  gru.blend.add_to(parameters);
  gru.gates.add_to(bench, parameters, "GateClass", kGruFiles);
  run.add_to(bench, std::move(parameters));
}

/// linear_before_reset = 0
struct GruBefore {
  Gates gates;  // z, r, h
  SignalFormat reset_hidden;
  Blend blend;

  explicit GruBefore(Random& random)
      : gates(random, 3, 1),
        reset_hidden(random_state_signal(random)),
        blend{gates[0].table.output.format, gates[2].table.output.format, random_state_signal(random)} {}

  [[nodiscard]] int reset_fraction() const { return gates[1].fraction() + blend.hidden.format.fraction; }
};

/// The cycle in which r * h comes.
int add_reset_row(const GruBefore& gru, UnitRun& run, int unit) {
  const std::int64_t total = random_total(run.random());
  const int cycle = run.add_row(total) + gru.gates.latency + 3;
  const std::int64_t reset =
      quantise(gru.gates[1].of_total(total) * run.state(unit), gru.reset_fraction(), gru.reset_hidden);
  run.timeline().expect(cycle, UnitRun::kResetValid, 1);
  run.timeline().expect(cycle, UnitRun::kResetUnit, unit);
  run.timeline().expect(cycle, UnitRun::kResetHidden, reset);
  return cycle;
}

bool add_gru_before_step(const GruBefore& gru, UnitRun& run) {
  const int latency = gru.gates.latency + 4;
  if (!run.begin_step(3 * run.units(), 2 * latency)) return false;
  int reset_done = 0;
  for (int unit = 0; unit < run.units(); ++unit) reset_done = add_reset_row(gru, run, unit);
  std::vector<std::int64_t> z;
  for (int unit = 0; unit < run.units(); ++unit) {
    const std::int64_t total = random_total(run.random());
    z.push_back(gru.gates[0].of_total(total));
    run.add_row(total);
  }
  // The second pass's first word is issued when r * h is complete.
  run.wait_until(reset_done + 8);
  for (int unit = 0; unit < run.units(); ++unit) {
    const std::int64_t total = random_total(run.random());
    const int cycle = run.add_row(total);
    run.state(unit) =
        gru.blend.value(z[static_cast<std::size_t>(unit)], gru.gates[2].of_total(total), run.state(unit));
    run.expect_hidden(cycle + latency, unit, run.state(unit));
  }
  return true;
}

void add_gru_before_unit(Bench& bench, Random& random) {
  const GruBefore gru(random);
  const int units = random.number(1, 6);
  const int reset_width = travelling_width(gru.reset_hidden.format);
  UnitRun run(random, units, gru.blend.hidden.format, gru.blend.hidden.format, {},
              {1, index_bits(units), reset_width});
  run.timeline().expect_always(UnitRun::kResetValid, 0);
  while (add_gru_before_step(gru, run)) {
  }
  std::vector<Parameter> parameters{number("TableLatency", gru.gates.latency),
                                    number("ResetHiddenWidth", reset_width),
                                    bits("ResetHidden", signal_word(gru.reset_hidden, gru.reset_fraction()))};
  gru.blend.add_to(parameters);
  gru.gates.add_to(bench, parameters, "GateClass", kGruFiles);
  run.add_to(bench, std::move(parameters));
}

TEST(CellRtl, Gates) {
  check_module("fg_gates", add_gates, 40, 2);
}
TEST(CellRtl, Blend) {
  check_module("fg_blend", add_blend, 80, 3);
}
TEST(CellRtl, LstmUnit) {
  check_module("fg_lstm_unit", add_lstm_unit, 40, 1);
}
TEST(CellRtl, GruUnitWithResetAfter) {
  check_module("fg_gru_after_unit", add_gru_after_unit, 40, 1);
}
TEST(CellRtl, GruUnitWithResetBefore) {
  check_module("fg_gru_before_unit", add_gru_before_unit, 40, 1);
}

}  // namespace
}  // namespace fixgate::rtl
