// What fuzzers and regression tests do with bytes from outside: read them, then use what was read.
#pragma once

#include <string_view>

namespace fixgate {

// Each takes any bytes whatever. A broken promise (a crash, or a round trip that changes something) ends the
// process; an error from the reader is a fine answer.

/// import_onnx_bytes, folding, lowering; a small network is run in float and quantised too.
void exercise_onnx(std::string_view bytes);
/// deserialise; what it accepts is serialised again, printed, measured, proven and, if small, simulated.
void exercise_fixed_network(std::string_view bytes);
/// parse_text and verify; what they accept likewise.
void exercise_program(std::string_view text);
void exercise_task(std::string_view bytes);
/// parse_plan and back.
void exercise_plan(std::string_view bytes);
void exercise_suite(std::string_view bytes);
/// The results of a sweep, and back.
void exercise_records(std::string_view bytes);
/// parse_npy, and every element of what it accepts.
void exercise_npy(std::string_view bytes);

/// Ends the process with `promise` on standard error unless `kept`.
void require(bool kept, const char* promise);

}  // namespace fixgate
