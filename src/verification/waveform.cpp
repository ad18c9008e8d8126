#include "verification/waveform.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace fixgate {
namespace {

namespace fs = std::filesystem;

// Open files (/dev/stdout) too: what they name must not be replaced.
bool is_special(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (path.string().starts_with("/dev/") || path.string().starts_with("/proc/")) return true;
  return fs::exists(status) && !fs::is_regular_file(status);
}

/// As a file that is made there anew would get it, or as the file has it.
mode_t mode_of(const fs::path& place) {
  struct stat status {};
  if (::stat(place.c_str(), &status) == 0) return status.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<WaveformFile> WaveformFile::open(const fs::path& path) {
  WaveformFile waveform;
  waveform.shown_ = path;
  if (is_special(path)) {
    waveform.file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  } else {
    std::error_code error;
    waveform.place_ = fs::weakly_canonical(fs::absolute(path), error);
    std::string name = waveform.place_.string() + ".partXXXXXX";
    waveform.file_ = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (waveform.file_.get() >= 0) waveform.temporary_ = name;
  }
  if (waveform.file_.get() < 0) return waveform.failure();
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
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> WaveformFile::finish() {
  if (bytes_ == 0) return fail("{}: the testbench wrote no waveform", shown_.string());
  if (place_.empty()) return {};
  if (::fchmod(file_.get(), mode_of(place_)) != 0 || ::fsync(file_.get()) != 0) return failure();
  if (::rename(temporary_.c_str(), place_.c_str()) != 0) return failure();
  temporary_.clear();
  return {};
}

tl::unexpected<Error> WaveformFile::failure() const {
  return fail("{}: cannot be written: {}", shown_.string(), std::strerror(errno));
}

}  // namespace fixgate
