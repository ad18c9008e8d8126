#include "tools/work_folder.h"

#include <utility>

namespace fixgate {

Result<OwnFolder> make_work_folder() {
  std::error_code error;
  const std::filesystem::path place = std::filesystem::temp_directory_path(error);
  if (error) return fail("TMPDIR names no folder: {}", error.message());
  auto made = OwnFolder::make(std::filesystem::absolute(place) / "fixgate-");
  if (!made) return tl::make_unexpected(made.error().within(kWorkFolder));
  return made;
}

ProgramCall call_in(const std::filesystem::path& work_folder, std::string program,
                    std::vector<std::string> arguments, double time_limit) {
  ProgramCall call;
  call.program = std::move(program);
  call.arguments = std::move(arguments);
  call.folder = work_folder;
  call.environment = {"TMPDIR=.", "TMP=.", "TEMP=."};
  call.time_limit = time_limit;
  return call;
}

}  // namespace fixgate
