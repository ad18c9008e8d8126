#include "network/kinds.h"

#include <array>
#include <utility>

namespace fixgate {
namespace {

template <typename Kind, std::size_t size>
using Names = std::array<std::pair<Kind, const char*>, size>;

constexpr Names<CellKind, 3> kCellKinds{
    {{CellKind::Lstm, "LSTM"}, {CellKind::Gru, "GRU"}, {CellKind::Rnn, "RNN"}}};
constexpr Names<SelectKind, 2> kSelectKinds{
    {{SelectKind::LastStep, "last_step"}, {SelectKind::FinalState, "final_state"}}};
constexpr Names<OutputFunction, 4> kOutputFunctions{{{OutputFunction::None, "none"},
                                                     {OutputFunction::Softmax, "softmax"},
                                                     {OutputFunction::LogSoftmax, "log_softmax"},
                                                     {OutputFunction::ArgMax, "argmax"}}};
constexpr Names<SignalRole, 11> kSignalRoles{{{SignalRole::Input, "input"},
                                              {SignalRole::Embedding, "embedding"},
                                              {SignalRole::PreActivation, "pre_activation"},
                                              {SignalRole::Gate, "gate"},
                                              {SignalRole::Recurrent, "recurrent"},
                                              {SignalRole::ResetHidden, "reset_hidden"},
                                              {SignalRole::Cell, "cell"},
                                              {SignalRole::CellActivation, "cell_activation"},
                                              {SignalRole::Hidden, "hidden"},
                                              {SignalRole::Dense, "dense"},
                                              {SignalRole::Output, "output"}}};

template <typename Kind, std::size_t size>
std::string name_of(const Names<Kind, size>& names, Kind kind) {
  for (const auto& [one, name] : names)
    if (one == kind) return name;
  return {};
}

template <typename Kind, std::size_t size>
Result<Kind> kind_of(const Names<Kind, size>& names, std::string_view text, const char* what) {
  std::string known;
  for (const auto& [kind, name] : names) {
    if (text == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return fail("'{}' is no {}: expected one of {}", text, what, known);
}

}  // namespace

std::vector<std::string> gate_names(CellKind kind) {
  switch (kind) {
    case CellKind::Lstm:
      return {"i", "o", "f", "c"};
    case CellKind::Gru:
      return {"z", "r", "h"};
    case CellKind::Rnn:
      break;
  }
  return {"i"};
}

Result<void> check_steps(const CallSteps& call, std::int64_t steps) {
  if (call.count == 0 || steps == call.count || (call.repeats && steps % call.count == 0)) return {};
  if (call.repeats)
    return fail("the network's graph takes {} steps a call, and the data's {} steps are no multiple of that",
                call.count, steps);
  return fail(
      "the network's graph is for exactly {} steps, the data has {}: export it with a dynamic time axis, or "
      "give sequences of {} steps",
      call.count, steps, call.count);
}

std::string to_text(CellKind kind) {
  return name_of(kCellKinds, kind);
}
std::string to_text(SelectKind kind) {
  return name_of(kSelectKinds, kind);
}
std::string to_text(OutputFunction function) {
  return name_of(kOutputFunctions, function);
}
std::string to_text(SignalRole role) {
  return name_of(kSignalRoles, role);
}

Result<CellKind> parse_cell_kind(std::string_view text) {
  return kind_of(kCellKinds, text, "cell");
}
Result<SelectKind> parse_select_kind(std::string_view text) {
  return kind_of(kSelectKinds, text, "selection");
}
Result<OutputFunction> parse_output_function(std::string_view text) {
  return kind_of(kOutputFunctions, text, "output function");
}
Result<SignalRole> parse_signal_role(std::string_view text) {
  return kind_of(kSignalRoles, text, "signal role");
}

}  // namespace fixgate
