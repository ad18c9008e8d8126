#include "verification/waveform.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "files/links.h"
#include "files/parts.h"

namespace fixgate {
namespace fs = std::filesystem;

Result<WaveformFile> WaveformFile::open(const fs::path& path) {
  WaveformFile waveform;
  waveform.shown_ = path;
  const fs::path place = follow_links(path);
  if (is_written_in_place(place)) {
    waveform.file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  } else {
    waveform.place_ = place;
    waveform.file_ = make_part(place);
    if (waveform.file_.number() >= 0) waveform.temporary_ = part_of(place);
  }
  if (waveform.file_.number() < 0) return waveform.failure();
  return waveform;
}

WaveformFile::WaveformFile(WaveformFile&& other) noexcept
    : shown_(std::move(other.shown_)),
      place_(std::move(other.place_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      bytes_(other.bytes_) {}

WaveformFile::~WaveformFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> WaveformFile::add(std::string_view bytes) {
  bytes_ += static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> WaveformFile::finish() {
  if (bytes_ == 0) return fail("{}: the testbench wrote no waveform", shown_.string());
  if (place_.empty()) return {};
  if (::fsync(file_.number()) != 0) return failure();
  if (::rename(temporary_.c_str(), place_.c_str()) != 0) return failure();
  temporary_.clear();
  return {};
}

tl::unexpected<Error> WaveformFile::failure() const {
  return fail("{}: cannot be written: {}", shown_.string(), std::strerror(errno));
}

}  // namespace fixgate
