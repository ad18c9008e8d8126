// What every top module declares, whatever the network.
#pragma once

#include <array>
#include <string_view>

namespace fixgate {

enum class TopPortWidth { Bit, InputStream, OutputStream };

struct TopPort {
  std::string_view name;
  std::string_view direction;
  TopPortWidth width = TopPortWidth::Bit;
};

inline constexpr std::array<TopPort, 12> kTopPorts{{{"clk_i", "input"},
                                                    {"rst_ni", "input"},
                                                    {"s_axis_tdata", "input", TopPortWidth::InputStream},
                                                    {"s_axis_tvalid", "input"},
                                                    {"s_axis_tready", "output"},
                                                    {"s_axis_tlast", "input"},
                                                    {"s_axis_tuser", "input"},
                                                    {"m_axis_tdata", "output", TopPortWidth::OutputStream},
                                                    {"m_axis_tvalid", "output"},
                                                    {"m_axis_tready", "input"},
                                                    {"m_axis_tlast", "output"},
                                                    {"error_o", "output"}}};

inline constexpr std::string_view kUnusedFirst = "unused_first";

/// Instances of the library's modules, and streams between them, are named with these.
inline constexpr std::string_view kLibraryPrefix = "fg_";
inline constexpr std::string_view kLibraryInstancePrefix = "u_fg_";

}  // namespace fixgate
