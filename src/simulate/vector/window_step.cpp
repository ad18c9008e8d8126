#include "simulate/vector/window_step.h"

#include <algorithm>

#include "numeric/requantise.h"

namespace fixgate::program {
namespace {

class WindowStep : public Step {
 public:
  WindowStep(const Format& input, const SignalFormat& signal, bool largest, std::size_t operand,
             std::vector<OutputTaps> windows)
      : input_(input), signal_(signal), largest_(largest), operand_(operand), windows_(std::move(windows)) {}

  std::int64_t run(const StepRows& rows) const override {
    std::int64_t overflows = 0;
    for (std::size_t place = 0; place < rows.places; ++place)
      with_type(storage_of(input_), [&](auto type) {
        const auto* from = reinterpret_cast<const decltype(type)*>(rows.operands[operand_].at[place]);
        overflows += slide(from, rows.targets[place]);
      });
    return overflows;
  }

 private:
  template <typename T>
  std::int64_t slide(const T* from, std::uint8_t* to) const {
    const Storage storage = storage_of(signal_.format);
    std::int64_t overflows = 0;
    for (std::size_t element = 0; element < windows_.size(); ++element)
      store_element(storage, to, element,
                    requantise(chosen(from, windows_[element]), input_.fraction, signal_, overflows));
    clear_padding(storage, to, windows_.size());
    return overflows;
  }

  /// A window on padding alone gives zero.
  template <typename T>
  [[nodiscard]] std::int64_t chosen(const T* from, const OutputTaps& window) const {
    if (window.taps.empty()) return 0;
    T best = from[window.taps.front().input];
    for (const Tap& tap : window.taps)
      best = largest_ ? std::max(best, from[tap.input]) : std::min(best, from[tap.input]);
    return best;
  }

  Format input_;
  SignalFormat signal_;
  bool largest_;
  std::size_t operand_;
  std::vector<OutputTaps> windows_;  // by element
};

}  // namespace

std::unique_ptr<const Step> make_window_step(const FixedNetwork& network, const ExtremeStatement& statement,
                                             std::size_t operand) {
  std::vector<OutputTaps> windows;
  const int size = network.program.values[statement.target].size;
  for (int element = 0; element < size; ++element) windows.push_back(taps_of(*statement.window, element));
  const Read& read = std::get<Read>(statement.operands.front());
  return std::make_unique<WindowStep>(network.formats[read.value].format, network.formats[statement.target],
                                      statement.largest, operand, std::move(windows));
}

}  // namespace fixgate::program
