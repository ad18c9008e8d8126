#include "simulate/reference/table_answers.h"

namespace fixgate {
namespace {

constexpr int kWidestWorkedOut = 16;  // 2^16 answers of 16 bytes: 1 MiB a table

}  // namespace

TableAnswers::TableAnswers(const ActivationTable& table) : table_(table) {
  if (table.input.width > kWidestWorkedOut) return;
  for (std::int64_t q = table.input.min(); q <= table.input.max(); ++q) {
    Answer answer;
    answer.value = apply_table(table, q, answer.overflows);
    answers_.push_back(answer);
  }
}

std::int64_t TableAnswers::operator()(std::int64_t q, std::int64_t& overflowed) const {
  if (answers_.empty()) return apply_table(table_, q, overflowed);
  const Answer& answer = answers_[static_cast<std::size_t>(q - table_.input.min())];
  overflowed += answer.overflows;
  return answer.value;
}

}  // namespace fixgate
