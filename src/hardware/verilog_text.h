// The SystemVerilog that is generated: the parameter package and the top.
#pragma once

#include <string>

#include "hardware/accelerator.h"

namespace fixgate {

/// rtl/<top>_pkg.sv: the engines' parameters, with the names and formats of the network's signals.
Result<std::string> package_text(const Accelerator& accelerator);

/// rtl/<top>.sv: the chain of engines between two AXI4-Streams.
Result<std::string> top_text(const Accelerator& accelerator);

/// "LSTM, 28 inputs, 64 units; 1 slice of 8 lanes, 1 product each".
std::string engine_text(const Accelerator& accelerator, const Engine& engine);

}  // namespace fixgate
