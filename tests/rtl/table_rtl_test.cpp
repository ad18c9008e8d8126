// The activation tables against apply_table.
#include <gtest/gtest.h>

#include "rtl/bench.h"
#include "rtl/descriptors.h"
#include "rtl/random_tables.h"

namespace fixgate::rtl {
namespace {

enum class Module { Own, Activation };

/// Of each value a word {T(value), value}.
std::vector<Word> answers(const ActivationTable& table, const std::vector<std::int64_t>& values, int in_width,
                          int out_width) {
  std::vector<Word> words;
  std::int64_t overflowed = 0;
  for (const std::int64_t q : values)
    words.push_back(Word().add(q, in_width).add(apply_table(table, q, overflowed), out_width));
  return words;
}

void add_table(Bench& bench, Random& random, TableKind kind, Module module) {
  const ActivationTable table = random_table(random, kind);
  ASSERT_TRUE(check_table(table)) << check_table(table).error().message;
  const TableImage image = table_image(table);
  const int in_width = travelling_width(table.input);
  const int out_width = travelling_width(table.output.format) + random.pick({0, 0, 3});
  const std::vector<std::int64_t> values = telling_values(random, table.input);
  std::vector<Parameter> parameters{bits("Table", image.descriptor), number("InWidth", in_width),
                                    number("OutWidth", out_width)};
  if (module == Module::Activation)
    parameters.push_back(number("Latency", image.latency + random.number(0, 3)));
  if (kind != TableKind::Rectifier) parameters.push_back(text("File", bench.add_file(image.words)));
  parameters.push_back(for_bench(number("Count", static_cast<int>(values.size()))));
  const std::string vectors = memory_text(answers(table, values, in_width, out_width));
  parameters.push_back(for_bench(text("Vectors", bench.add_file(vectors))));
  bench.add_run(std::move(parameters), static_cast<std::int64_t>(values.size()));
}

void check_tables(const std::string& module, const std::vector<TableKind>& kinds, int tables, int netlists) {
  if (is_missing("iverilog")) GTEST_SKIP() << "iverilog is not installed";
  Random random(seed());
  Bench bench(module);
  for (int k = 0; k < tables; ++k)
    add_table(bench, random, kinds[static_cast<std::size_t>(k) % kinds.size()],
              module == "fg_activation" ? Module::Activation : Module::Own);
  bench.check(netlists);
}

TEST(TableRtl, PiecewiseLinear) {
  check_tables("fg_table_linear", {TableKind::PiecewiseLinear}, 120, 4);
}
TEST(TableRtl, Lookup) {
  check_tables("fg_table_lookup", {TableKind::Lookup}, 80, 4);
}
TEST(TableRtl, Rectifier) {
  check_tables("fg_rectifier", {TableKind::Rectifier}, 80, 4);
}
TEST(TableRtl, AnyActivationAtAnyLatency) {
  check_tables("fg_activation", {TableKind::PiecewiseLinear, TableKind::Lookup, TableKind::Rectifier}, 60, 3);
}

}  // namespace
}  // namespace fixgate::rtl
