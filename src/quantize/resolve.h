// Applies the rules of a FormatPlan to the signals, weights and tables of one network.
#pragma once

#include <vector>

#include "calibrate/calibrate.h"
#include "network/signals.h"
#include "quantize/plan.h"
#include "quantize/table_builder.h"
#include "quantize/weights.h"

namespace fixgate {

/// What the rules for signals have to know of one.
struct PlanSignal {
  struct Name {
    std::string name;
    SignalRole role = SignalRole::Input;
  };
  std::vector<Name> names;  // a rule for one of them is a rule for the signal; the first is its own
  bool is_never_negative = false;
  float largest_constant = 0;  // magnitude, of the constant initial states that the signal starts with
  int least_width = 0;         // bits, unless a rule that is not for all names says less
};

/// Whether the function is at least zero, whatever its argument.
bool gives_no_negative(const ActivationFunction& function);

/// The format of every signal, in the order of `signals`. `histograms`, in the same order, may be null if
/// every format is stated in full. Errors: a rule whose pattern matches no signal; a signal that no rule gives
/// a width; one that needs calibration without any.
Result<std::vector<SignalFormat>> resolve_signals(const FormatPlan& plan,
                                                  const std::vector<PlanSignal>& signals,
                                                  const std::vector<Histogram>* histograms);

/// The same of a chain's signals.
Result<std::vector<SignalFormat>> resolve_signals(const FormatPlan& plan, const std::vector<Signal>& signals,
                                                  const SignalProfile* profile);

/// Whether each signal's binary point is to be measured (RangeMethod::Measured), in the order of `signals`.
std::vector<bool> measured_signals(const FormatPlan& plan, const std::vector<PlanSignal>& signals);
std::vector<bool> measured_signals(const FormatPlan& plan, const std::vector<Signal>& signals);

/// Options of the named weight matrices. Errors: a rule that matches none; a matrix that no rule gives a
/// width.
Result<std::vector<WeightOptions>> resolve_weights(const FormatPlan& plan,
                                                   const std::vector<std::string>& names);

/// Options of the table that writes each of the named signals. Error: a rule that matches none.
Result<std::vector<TableOptions>> resolve_tables(const FormatPlan& plan,
                                                 const std::vector<std::string>& names);
/// The same of signals that may have several names.
Result<std::vector<TableOptions>> resolve_signal_tables(const FormatPlan& plan,
                                                        const std::vector<PlanSignal>& signals);

}  // namespace fixgate
