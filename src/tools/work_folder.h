// Where other people's programs work: a private folder, with names of our own choice alone.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "files/own_folder.h"
#include "tools/program.h"

namespace fixgate {

/// What messages call it.
inline constexpr const char* kWorkFolder = "a temporary folder (TMPDIR says where)";

/// A new folder among the system's temporary ones (TMPDIR). Error: it cannot be made.
Result<OwnFolder> make_work_folder();

/// A call in such a folder. The program gets no path from outside: it is to name its files from the folder,
/// and its own temporary files lie there, too. Some programs hand paths to shells and to make, which take
/// many characters for something else.
ProgramCall call_in(const std::filesystem::path& work_folder, std::string program,
                    std::vector<std::string> arguments, double time_limit);

}  // namespace fixgate
