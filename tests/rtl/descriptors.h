// Signals and tables as the library's modules take them: rtl/lib/fg_pkg.sv.
#pragma once

#include <string>

#include "hardware/network_parts.h"  // travelling_width
#include "numeric/activation_table.h"
#include "rtl/words.h"

namespace fixgate::rtl {

/// For sums at fraction `sum_fraction` that enter the signal.
Word signal_word(const SignalFormat& signal, int sum_fraction);

struct TableImage {
  Word descriptor;
  std::string words;  // of its memory file; a rectifier has none
  int latency = 2;
};
TableImage table_image(const ActivationTable& table);

}  // namespace fixgate::rtl
