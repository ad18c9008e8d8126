// What a file is, by its first bytes: for errors where another one was expected.
#pragma once

#include <string>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// "an ONNX file", "a fixed-point network (.fxg)", "a NumPy array (.npy)" and so on; empty if it is none of
/// the kinds that are known. The first 64 bytes tell.
std::string kind_of(std::string_view bytes);

inline constexpr std::string_view kOnnxKind = "an ONNX file";
inline constexpr std::string_view kFixedKind = "a fixed-point network (.fxg)";

/// For a reader of `wanted` (one of the kinds, or empty: text) that failed with `error`: "is KIND; EXPECTED"
/// where the bytes are of another kind, since what is wrong in them is of no interest then; else `error`.
Error or_other_kind(const Error& error, std::string_view bytes, std::string_view wanted,
                    std::string_view expected);

}  // namespace fixgate
