// Keys of a plan's rules that nothing reads: a person who states one expects that it does something.
#pragma once

#include <vector>

#include "quantize/plan.h"

namespace fixgate {

/// How a table is made: what decides which keys it reads.
struct TableMethod {
  TableKind kind = TableKind::PiecewiseLinear;
  TablePlacement placement = TablePlacement::Adaptive;
};

/// Of a rule that applies to weights in these encodings. Error: a key that none of them reads. No encodings,
/// no error.
Result<void> check_keys(const WeightRule& rule, const std::vector<WeightEncoding>& encodings);

/// The same of a rule that applies to tables that are made like this.
Result<void> check_keys(const TableRule& rule, const std::vector<TableMethod>& tables);

/// What the rule says of itself alone, whatever the rules before it say.
Result<void> check_keys(const WeightRule& rule);
Result<void> check_keys(const TableRule& rule);

}  // namespace fixgate
