// A network's integers as the real numbers that they stand for.
#pragma once

#include "data/sequence.h"
#include "numeric/format.h"
#include "simulate/fast/batch_outputs.h"

namespace fixgate {

/// [rows, columns], each value rounded to float.
FloatMatrix real_outputs(const IntegerView& integers, const Format& format);

}  // namespace fixgate
