// The testbench that goes with an accelerator: sim/<top>_tb.sv.
#pragma once

#include <string>

#include "hardware/accelerator.h"

namespace fixgate {

/// A self-contained SystemVerilog testbench for Verilator (--binary --timing) and Icarus. It drives the
/// beats of a file into the design, takes its output under the stalls that plusargs choose, checks the
/// rules of AXI4-Stream and the error output, and prints what it sees, a line each:
///   i CYCLE            the first input beat was taken
///   h ENGINE UNIT HEX  hidden values of local unit UNIT of all slices, slice 0 lowest; not with FG_NETLIST
///   o HEX LAST CYCLE   an output beat was taken
///   e TEXT             a rule was broken, or nothing happened for too long
///   d CYCLE            the end
std::string testbench_text(const Accelerator& accelerator);

/// Engines whose hidden values the testbench shows: the recurrent ones.
bool has_trace(const Engine& engine);

}  // namespace fixgate
