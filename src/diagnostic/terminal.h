// Text for people, on standard output and standard error, whatever these are connected with.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace fixgate {

/// Gives every standard stream that is closed something to be: no file that is opened later takes its place.
/// Writing to a standard output that was closed is an error all the same; what goes to a closed standard
/// error is dropped.
void hold_standard_streams();

/// To standard output, with the escapes of printable_lines(). Throws std::system_error if it cannot be
/// written.
void say_text(std::string_view text);

/// say_text() of a formatted text.
template <typename... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  say_text(fmt::format(format, std::forward<Args>(args)...));
}

/// Whether all that was said, the buffered part too, could be written.
bool finish_output();

/// A line on standard error, as readable_message() makes it. One that cannot be written is dropped: there is
/// nobody to tell.
void notice(std::string_view line);

}  // namespace fixgate
