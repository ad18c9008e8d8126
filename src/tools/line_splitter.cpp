#include "tools/line_splitter.h"

namespace fixgate {

bool LineSplitter::add(std::string_view bytes) {
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    line_ += bytes.substr(0, end);
    hand_on();
    bytes.remove_prefix(end + 1);
  }
  line_ += bytes;
  return line_.size() <= kLongestLine;
}

void LineSplitter::finish() {
  if (!line_.empty()) hand_on();
}

void LineSplitter::hand_on() {
  if (!(listener_ && listener_(line_)) && kept_.size() < kMostOutputKept) kept_ += line_ + '\n';
  line_.clear();
}

}  // namespace fixgate
