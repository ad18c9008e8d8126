// A stream of bytes as lines.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace fixgate {

/// Sees a line of standard output as it comes, without its newline. True: taken, the line is not kept.
using LineListener = std::function<bool(std::string_view)>;

inline constexpr std::size_t kLongestLine = std::size_t{1} << 20;  // bytes that a program may write in a line
inline constexpr std::size_t kMostOutputKept = std::size_t{1} << 24;  // bytes

/// Cuts a stream into lines; keeps those that nobody took, up to kMostOutputKept.
class LineSplitter {
 public:
  /// Both outlive the splitter; an empty listener takes nothing.
  LineSplitter(const LineListener& listener, std::string& kept) : listener_(listener), kept_(kept) {}

  /// False: a line is longer than kLongestLine.
  bool add(std::string_view bytes);

  /// Hands on a last line that has no newline.
  void finish();

 private:
  void hand_on();

  const LineListener& listener_;
  std::string& kept_;
  std::string line_;
};

}  // namespace fixgate
