// An open file.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace fixgate {

/// Closes the file at the end; errno stays.
class Descriptor {
 public:
  /// `number` is what open() gave, below 0 where it failed or there is none.
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  void close() {
    const int reason = errno;
    if (number_ >= 0) ::close(std::exchange(number_, -1));
    errno = reason;
  }

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

}  // namespace fixgate
