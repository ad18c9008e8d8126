// Names of the network as names in SystemVerilog.
#pragma once

#include <string>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// A layer's name ("encoder.lstm", "0") as an identifier ("encoder_lstm", "layer_0").
std::string layer_identifier(std::string_view layer);

/// The same as constants begin with: "EncoderLstm".
std::string constant_prefix(std::string_view identifier);

/// Of a top module. Error: no simple identifier (IEEE 1800-2017, 5.6), a reserved word, or a name of the
/// library's.
Result<void> check_module_name(std::string_view name);

}  // namespace fixgate
