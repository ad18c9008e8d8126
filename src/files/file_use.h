// What a command reads and writes: known before it begins, so that no output falls on an input.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

/// Every file is told with what it is to the user, for the message: "the model", "--json". An empty path is
/// an option that was not given, and no file.
class FileUse {
 public:
  void reads(const std::filesystem::path& file, const std::string& what);
  void writes(const std::filesystem::path& file, const std::string& what);
  /// A file whose name the user does not state: only one of an earlier run may be there, which `is_ours`
  /// knows by its first bytes (256 at most).
  void rewrites(const std::filesystem::path& file, const std::string& what,
                const std::function<bool(std::string_view)>& is_ours);
  /// Whatever lies in `folder` may be removed.
  void replaces(const std::filesystem::path& folder, const std::string& what);

  /// Error: a file is written that is read, or lies in a folder that is replaced, or is written twice;
  /// through symbolic and hard links, too. Or a file of somebody else is in the way of one that is rewritten.
  /// Devices and pipes can be named any number of times.
  [[nodiscard]] Result<void> check() const;

 private:
  struct Use {
    std::filesystem::path path;  // as it was told
    std::string what;
    std::filesystem::path place = {};                    // absolute, without links
    std::function<bool(std::string_view)> is_ours = {};  // of what is rewritten
    bool exists = false;
    dev_t device = 0;
    ino_t number = 0;  // with the device: which file it is, whatever its names
  };

  static void add(std::vector<Use>& uses, Use use);
  static bool is_same(const Use& one, const Use& other);
  static bool lies_within(const Use& inner, const Use& folder);
  static Result<void> check_owner(const Use& output);
  [[nodiscard]] Result<void> check_output(const Use& output) const;

  std::vector<Use> inputs_;
  std::vector<Use> outputs_;
  std::vector<Use> replaced_;
};

/// For rewrites().
std::function<bool(std::string_view)> begins_with(std::string beginning);

}  // namespace fixgate
