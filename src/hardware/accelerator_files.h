// The files of an accelerator's folder, generated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hardware/accelerator.h"
#include "hardware/folder.h"

namespace fixgate {

/// All files of the folder, the manifest last. Errors: as package_text, top_text and list_memories.
Result<std::vector<FolderFile>> accelerator_files(const Accelerator& accelerator);

/// True for the files that tools read: those below rtl/, mem/ and sim/.
bool is_design_file(std::string_view path);

/// Of the files that tools read, in the order given.
std::string design_fingerprint(const std::vector<FolderFile>& files);

/// The SystemVerilog of the design `top` among its files, in reading order: packages first, no testbench.
std::vector<std::string> source_paths(const std::vector<FolderFile>& files, const std::string& top);

/// sim/<top>_tb.sv
std::string testbench_path(const std::string& top);

}  // namespace fixgate
