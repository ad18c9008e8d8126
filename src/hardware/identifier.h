// Names of the network as names in SystemVerilog.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

/// A layer's name ("encoder.lstm", "0") as an identifier ("encoder_lstm", "layer_0").
std::string layer_identifier(std::string_view layer);

/// The same as constants begin with: "EncoderLstm".
std::string constant_prefix(std::string_view identifier);

/// What a layer's engine declares in the top module: its instance and the wires of its stream.
std::vector<std::string> declared_names(std::string_view identifier);

/// A network's name ("digits-lstm", "clk_i", "1st") as a top module's ("digits_lstm", "net_clk_i",
/// "net_1st"), which check_module_name() accepts.
std::string module_identifier(std::string_view network);

/// Of a top module. Error: no simple identifier (IEEE 1800-2017, 5.6) of at most 128 characters, a reserved
/// word, or a name that the library or a top module declares.
Result<void> check_module_name(std::string_view name);

}  // namespace fixgate
