// A table with its answers worked out in advance.
#pragma once

#include <cstdint>
#include <vector>

#include "numeric/activation_table.h"

namespace fixgate {

/// Answers as apply_table(); of narrow inputs all are worked out once.
class TableAnswers {
 public:
  explicit TableAnswers(const ActivationTable& table);
  std::int64_t operator()(std::int64_t q, std::int64_t& overflowed) const;

 private:
  struct Answer {
    std::int64_t value = 0;
    std::int64_t overflows = 0;
  };
  ActivationTable table_;
  std::vector<Answer> answers_;  // by q - smallest q; empty for wide inputs
};

}  // namespace fixgate
