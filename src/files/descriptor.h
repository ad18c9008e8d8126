// An open file.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace fixgate {

/// Closes the file at the end; errno stays.
class Descriptor {
 public:
  /// `number` is what open() gave, below 0 where it failed.
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    const int reason = errno;
    if (number_ >= 0) ::close(number_);
    errno = reason;
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

}  // namespace fixgate
