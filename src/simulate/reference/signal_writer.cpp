#include "simulate/reference/signal_writer.h"

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

Integers SignalWriter::apply(int signal, const TableAnswers& table, std::span<const std::int64_t> inputs) {
  Integers values(inputs.size());
  std::int64_t overflows = 0;
  for (std::size_t j = 0; j < inputs.size(); ++j) values[j] = table(inputs[j], overflows);
  finish(signal, values, overflows);
  return values;
}

void SignalWriter::finish(int signal, std::span<const std::int64_t> values, std::int64_t overflows) {
  const auto index = static_cast<std::size_t>(signal);
  counts_.values[index] += static_cast<std::int64_t>(values.size());
  counts_.overflows[index] += overflows;
  if (observer_ != nullptr) observer_->observe(signal, values);
}

}  // namespace fixgate
