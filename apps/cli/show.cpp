// fixgate show: a fixed-point network as text.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "fixed/file.h"
#include "fixed/text.h"

namespace fixgate {

void add_show(CLI::App& app, Command& chosen) {
  struct Options {
    std::string file;
    TextOptions text;
    bool plan = false;
  };
  auto* command =
      app.add_subcommand("show", "Print a fixed-point network: formats, equations, proven widths, tables");
  auto options = std::make_shared<Options>();
  command->add_option("network", options->file, "Fixed-point network (.fxg)")->required();
  auto* weights =
      command->add_flag("--weights", options->text.weights, "Print the integers of the weights too");
  command->add_flag("--plan", options->plan, "Print the format plan (TOML) that made it instead")
      ->excludes(weights);
  command->callback([&chosen, options] {
    chosen = [options]() -> Result<void> {
      FIXGATE_ASSIGN(const FixedNetwork network, read_fixed_network(options->file));
      fmt::print("{}", options->plan ? network.plan : to_text(network, options->text));
      return {};
    };
  });
}

}  // namespace fixgate
