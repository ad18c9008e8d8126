// The functions at the end of an output that are left to whoever reads it.
#pragma once

#include <string>

#include "program/program.h"

namespace fixgate::program {

/// "Softmax, Log"; empty where the file has none there.
inline std::string left_to_reader(const Output& output) {
  return output.function == OutputFunction::None ? output.functions : to_text(output.function);
}

}  // namespace fixgate::program
