// Compares networks by what simulators read.
#pragma once

#include <gtest/gtest.h>

#include "program/fixed_network.h"

namespace fixgate::program {

/// Everything but the plan, apart from the order in which tables are stored.
inline void expect_same_integers(const FixedNetwork& got, const FixedNetwork& wanted) {
  EXPECT_EQ(got.program, wanted.program);
  EXPECT_EQ(got.formats, wanted.formats);
  EXPECT_EQ(got.weights, wanted.weights);
  EXPECT_EQ(got.constants, wanted.constants);
  EXPECT_EQ(got.initial, wanted.initial);
  EXPECT_EQ(got.float_parameters, wanted.float_parameters);
  EXPECT_EQ(got.float_recurrent_parameters, wanted.float_recurrent_parameters);
  EXPECT_EQ(got.tables.size(), wanted.tables.size());
  for (const FunctionId id : got.program.functions.ids())
    EXPECT_EQ(got.tables[got.table_of[id]], wanted.tables[wanted.table_of[id]]);
}

}  // namespace fixgate::program
