// The largest or smallest element of a window that slides.
#pragma once

#include <memory>

#include "simulate/vector/steps.h"

namespace fixgate::program {

/// `statement` has a window.
std::unique_ptr<const Step> make_window_step(const FixedNetwork& network, const ExtremeStatement& statement,
                                             std::size_t operand);

}  // namespace fixgate::program
