#include "oracle/oracle.h"

#define SC_INCLUDE_FX
#include <systemc>

namespace fixgate::oracle {
namespace {

using sc_dt::sc_fxval;

// Bits enough for every number between the inputs and the last cast, on either side of the binary point.
constexpr int kEveryBit = 400;

sc_dt::sc_q_mode mode_of(Rounding rounding) {
  switch (rounding) {
    case Rounding::Floor:
      return sc_dt::SC_TRN;
    case Rounding::Nearest:
      return sc_dt::SC_RND;
    case Rounding::Convergent:
      break;
  }
  return sc_dt::SC_RND_CONV;
}

// Arbitrary precision: a product or a sum of sc_fxval is exact, and so is a shift.
sc_fxval value(std::int64_t q, int fraction) {
  const sc_fxval integer(static_cast<sc_dt::int64>(q));
  return fraction < 0 ? integer << -fraction : integer >> fraction;
}

sc_fxval value(const Number& number) {
  return value(number.q, number.fraction);
}

template <typename Fixed>
Outcome cast(const sc_fxval& real, const Target& target) {
  const Layout& layout = target.layout;
  Fixed result(layout.width, layout.width - layout.fraction, mode_of(target.rounding),
               target.wraps ? sc_dt::SC_WRAP : sc_dt::SC_SAT, 0);
  result = real;
  const sc_fxval integer =
      layout.fraction < 0 ? result.value() >> -layout.fraction : result.value() << layout.fraction;
  return {integer.to_int64(), result.overflow_flag()};
}

Outcome enter(const sc_fxval& real, const Target& target) {
  return target.layout.is_signed ? cast<sc_dt::sc_fix>(real, target) : cast<sc_dt::sc_ufix>(real, target);
}

// The input without its sign, in the bits that are left: the most negative one saturates to its neighbour.
sc_fxval magnitude(const sc_fxval& x, const Layout& input) {
  if (input.width == 1) return sc_fxval(0);
  sc_dt::sc_ufix a(input.width - 1, input.width - 1 - input.fraction, sc_dt::SC_TRN, sc_dt::SC_SAT, 0);
  a = x.is_neg() ? sc_fxval(-x) : x;
  return a.value();
}

sc_fxval lowest(const Layout& input) {
  if (!input.is_signed) return sc_fxval(0);
  sc_dt::sc_fix low(input.width, input.width - input.fraction, sc_dt::SC_TRN, sc_dt::SC_SAT, 0);
  low = value(-1, -kEveryBit);
  return low.value();
}

sc_fxval line(const Table& table, const sc_fxval& a) {
  const int fin = table.input.fraction;
  std::size_t s = table.segments.size() - 1;
  while (value(table.segments[s].start, fin) > a) --s;
  const Segment& segment = table.segments[s];
  const sc_fxval distance = a - value(segment.start, fin);
  const sc_fxval y = value(segment.offset, fin + table.slope_fraction) +
                     value(segment.slope, table.slope_fraction) * distance;
  const int fraction = table.output.layout.fraction;
  sc_dt::sc_fix rounded(2 * kEveryBit, 2 * kEveryBit - fraction, mode_of(table.output.rounding),
                        sc_dt::SC_SAT, 0);
  rounded = y;
  return rounded.value();
}

sc_fxval entry(const Table& table, const sc_fxval& a) {
  const int fraction = table.input.fraction - table.drop;
  sc_dt::sc_ufix kept(kEveryBit, kEveryBit - fraction, sc_dt::SC_TRN, sc_dt::SC_SAT, 0);
  kept = a;
  const sc_fxval index = fraction < 0 ? kept.value() >> -fraction : kept.value() << fraction;
  return value(table.entries.at(static_cast<std::size_t>(index.to_int64())), table.output.layout.fraction);
}

}  // namespace

Outcome requantise(const Number& number, const Target& target) {
  return enter(value(number), target);
}

Outcome quantise_input(double real, const Target& target) {
  return enter(sc_fxval(real), target);
}

Outcome sum_of_products(const std::vector<Product>& products, const Target& target) {
  sc_fxval sum(0);
  for (const Product& product : products) sum += value(product.a) * value(product.b);
  return enter(sum, target);
}

Outcome apply_table(const Table& table, std::int64_t q) {
  const sc_fxval x = value(q, table.input.fraction);
  const sc_fxval a =
      table.symmetry == Symmetry::None ? sc_fxval(x - lowest(table.input)) : magnitude(x, table.input);
  const sc_fxval y = table.segments.empty() ? entry(table, a) : line(table, a);
  if (q >= 0 || table.symmetry == Symmetry::None) return enter(y, table.output);
  return enter(table.symmetry == Symmetry::Odd ? sc_fxval(-y) : sc_fxval(sc_fxval(1) - y), table.output);
}

}  // namespace fixgate::oracle

// The library's own main refers to it; it is never called, because the test program brings a main of its own.
int sc_main(int /*argc*/, char* /*argv*/[]) {
  return 1;
}
