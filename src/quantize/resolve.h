// Applies the rules of a FormatPlan to the signals, weights and tables of one network.
#pragma once

#include <vector>

#include "calibrate/calibrate.h"
#include "network/signals.h"
#include "quantize/plan.h"
#include "quantize/table_builder.h"
#include "quantize/weights.h"

namespace fixgate {

/// The format of every signal, in the order of `signals`. `profile` may be null if every format is stated in
/// full. Errors: a rule whose pattern matches no signal; a signal that no rule gives a width; one that needs
/// calibration without any.
Result<std::vector<SignalFormat>> resolve_signals(const FormatPlan& plan, const std::vector<Signal>& signals,
                                                  const SignalProfile* profile);

/// Whether each signal's binary point is to be measured (RangeMethod::Measured), in the order of `signals`.
std::vector<bool> measured_signals(const FormatPlan& plan, const std::vector<Signal>& signals);

/// Options of the named weight matrices. Errors: a rule that matches none; a matrix that no rule gives a
/// width.
Result<std::vector<WeightOptions>> resolve_weights(const FormatPlan& plan,
                                                   const std::vector<std::string>& names);

/// Options of the table that writes each of the named signals. Error: a rule that matches none.
Result<std::vector<TableOptions>> resolve_tables(const FormatPlan& plan,
                                                 const std::vector<std::string>& names);

}  // namespace fixgate
