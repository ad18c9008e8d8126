// Widths and beats of an accelerator's AXI4-Stream ports.
#pragma once

#include "hardware/accelerator.h"

namespace fixgate {

/// Bits of s_axis_tdata: a feature or a token, in whole bytes.
int input_stream_width(const Accelerator& accelerator);

/// Beats of a step on s_axis: one a feature; a token is one beat.
int step_beats(const FixedChain& network);

/// Bits of m_axis_tdata: an output value or an index, in whole bytes.
int output_stream_width(const Accelerator& accelerator);

/// Bits that count from 0 to `count` - 1; at least one.
int index_width(int count);

}  // namespace fixgate
