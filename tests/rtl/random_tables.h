// Random signals and tables for the modules' testbenches.
#pragma once

#include "numeric/activation_table.h"
#include "simulate/testing/random.h"

namespace fixgate::rtl {

using testing_support::Random;

/// FIXGATE_SEED of the environment, or 1.
std::uint64_t seed();

/// Formats of 1 to `widest` bits; fractions mostly such that values overlap, now and then far apart.
SignalFormat random_signal(Random& random, int widest);

/// A table that check_table allows.
ActivationTable random_table(Random& random, TableKind kind);
ActivationTable random_table(Random& random, TableKind kind, const Format& input, const SignalFormat& output);

/// Every integer of the format if that are few, or else both ends, those around zero, and random ones.
std::vector<std::int64_t> telling_values(Random& random, const Format& format);

}  // namespace fixgate::rtl
