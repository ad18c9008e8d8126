// fixgate show: a fixed-point network as text.
#include <memory>

#include "commands.h"
#include "diagnostic/terminal.h"
#include "fixed/file.h"
#include "fixed/text.h"

namespace fixgate {
namespace {

struct Options {
  std::string file;
  TextOptions text;
  bool plan = false;
};

FileUse files_of(const Options& options) {
  FileUse use;
  use.reads(options.file, "the network");
  return use;
}

Result<void> show(const Options& options) {
  FIXGATE_ASSIGN(const program::FixedNetwork network, read_fixed_network(options.file));
  say_text(options.plan ? network.plan : to_text(network, options.text));
  return {};
}

}  // namespace

void add_show(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("show", "Print a fixed-point network: formats, equations, proven widths, tables");
  auto options = std::make_shared<Options>();
  command->add_option("network", options->file, "Fixed-point network (.fxg)")->required();
  auto* full = command->add_flag("--full", options->text.full, "Print every integer too");
  command->add_flag("--plan", options->plan, "Print the format plan (TOML) that made it instead")
      ->excludes(full);
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return show(*options); }};
  });
}

}  // namespace fixgate
