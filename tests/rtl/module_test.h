// The way in which every module is tested: many random parameter sets in one simulation, some as netlists.
#pragma once

#include <gtest/gtest.h>

#include "rtl/bench.h"
#include "rtl/random_tables.h"

namespace fixgate::rtl {

/// `add` adds one run to the bench.
template <typename Add>
void check_module(const std::string& module, Add add, int sets, int netlists) {
  if (is_missing("iverilog")) GTEST_SKIP() << "iverilog is not installed";
  Random random(seed());
  Bench bench(module);
  for (int k = 0; k < sets; ++k) add(bench, random);
  bench.check(netlists);
}

}  // namespace fixgate::rtl
