#include "explore/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "explore/plots.h"
#include "explore/uniform_grid.h"
#include "files/file_use.h"
#include "files/write.h"
#include "plot/svg.h"
#include "sweep/records.h"

namespace fixgate {
namespace {

using Json = nlohmann::ordered_json;

// By these an earlier report is known again.
constexpr const char* kFrontBeginning = "| | weights | activations |";
constexpr const char* kGridBeginning = "| weights |";
constexpr const char* kTrialsBeginning = "trial,front,chosen,samples,complete,metric,";
constexpr const char* kJsonBeginning = "{\n \"version\": 1,\n \"network\": ";
constexpr const char* kChosenBeginning = "# Chosen by fixgate explore\n";

bool has_hardware(const Exploration& found) {
  return std::ranges::any_of(found.trials, [](const SeenTrial& trial) { return trial.figures.cycles > 0; });
}

std::string table_row(const Exploration& found, std::size_t index, bool hardware) {
  const SeenTrial& trial = found.trials[index];
  const Figures& figures = trial.figures;
  std::string row = fmt::format(
      "| {} | {} | {} | {} | {} | {} | {} | {} | {} |", found.chosen == index ? "chosen" : "",
      span_of(found.space, trial.candidate, DimensionKind::WeightWidth),
      span_of(found.space, trial.candidate, DimensionKind::SignalWidth),
      span_of(found.space, trial.candidate, DimensionKind::TableSegments), percent(figures.footprint),
      percent(figures.footprint_recurrent), format_metric(found.metric, figures.metric),
      percent(figures.loss), percent(figures.loss_bound));
  row += fmt::format(" {} |", percent(figures.bit_operations));
  if (hardware) row += fmt::format(" {} | {} |", figures.cycles, figures.multiplier_bits);
  return row + "\n";
}

std::string level_text(const Dimension& dimension, int place) {
  return place == kUntouched ? "" : shown_level(dimension, place);
}

/// A number, or the name of an encoding.
Json level_json(const Dimension& dimension, int place) {
  const std::string text = shown_level(dimension, place);
  const bool is_number = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? Json(std::stoi(text)) : Json(text);
}

/// A name with commas or quotes would need quoting: names are of A-Z a-z 0-9 _ . and spaces, failures are
/// not.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, 1, '"');
  return '"' + text + '"';
}

Json figures_json(const Figures& figures) {
  if (!figures.usable()) return {{"failure", figures.failure}};
  Json json{{"metric", figures.metric},
            {"loss", figures.loss},
            {"loss_bound", figures.loss_bound},
            {"samples", figures.samples},
            {"footprint_whole", figures.footprint},
            {"footprint_recurrent", figures.footprint_recurrent},
            {"bit_operations", figures.bit_operations}};
  if (figures.cycles > 0) {
    json["cycles_per_step"] = figures.cycles;
    json["multiplier_bits"] = figures.multiplier_bits;
  }
  json["seconds"] = figures.seconds;
  return json;
}

Json trial_json(const Exploration& found, std::size_t index) {
  const SeenTrial& trial = found.trials[index];
  Json json = figures_json(trial.figures);
  for (std::size_t d = 0; d < trial.candidate.size(); ++d)
    if (trial.candidate[d] != kUntouched) {
      const Dimension& dimension = found.space.dimensions[d];
      json["levels"][dimension.name] = level_json(dimension, trial.candidate[d]);
    }
  return json;
}

Result<void> write_or_remove(const std::filesystem::path& path, const std::string& text) {
  if (!text.empty()) return write_file(path, text);
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error)
    return fail("{}: is of an earlier search and cannot be removed: {}", path.string(), error.message());
  return {};
}

}  // namespace

std::string front_table(const Exploration& found) {
  const bool hardware = has_hardware(found);
  std::string text =
      fmt::format("{} segments | whole | recurrent | {} | loss | at most | bit operations |{}\n",
                  kFrontBeginning, metric_name(found.metric), hardware ? " cycles | multiplier bits |" : "");
  text += fmt::format("|---|---|---|---|---:|---:|---:|---:|---:|---:|{}\n", hardware ? "---:|---:|" : "");
  for (const std::size_t index : found.front) text += table_row(found, index, hardware);
  if (found.chosen && std::ranges::find(found.front, *found.chosen) == found.front.end())
    text += table_row(found, *found.chosen, hardware);
  return text;
}

std::string grid_table(const Exploration& found) {
  const UniformGrid grid = uniform_grid(found);
  if (grid.empty()) return "";
  std::string text = kGridBeginning;
  std::string line = "|---|";
  for (const int activations : grid.activations) {
    text += fmt::format(" {} |", activations);
    line += "---:|";
  }
  text += " whole |\n" + line + "---:|\n";
  for (std::size_t row = 0; row < grid.weights.size(); ++row) {
    text += fmt::format("| {} |", shown_weights(grid.weights[row]));
    const Figures* last = nullptr;
    for (std::size_t column = 0; column < grid.activations.size(); ++column) {
      const Figures* figures = grid.at(row, column);
      text +=
          figures == nullptr ? " - |" : fmt::format(" {} |", format_metric(found.metric, figures->metric));
      if (figures != nullptr) last = figures;
    }
    text += last == nullptr ? " - |\n" : fmt::format(" {} |\n", percent(last->footprint));
  }
  return text;
}

std::string to_csv(const Exploration& found) {
  std::string text = std::string(kTrialsBeginning) +
                     "loss,loss_bound,distance,footprint_whole,footprint_recurrent,bit_operations,cycles_per_"
                     "step,multiplier_bits,seconds,failure";
  for (const Dimension& dimension : found.space.dimensions) text += "," + dimension.name;
  text += "\n";
  for (std::size_t index = 0; index < found.trials.size(); ++index) {
    const auto& [candidate, figures] = found.trials[index];
    const bool on_front = std::ranges::find(found.front, index) != found.front.end();
    text += fmt::format("{},{:d},{:d},{},{:d},{},{},{},{},{},{},{},{},{},{:.3f},{}", index, on_front,
                        found.chosen == index, figures.samples, figures.complete, figures.metric,
                        figures.loss, figures.loss_bound, figures.distance, figures.footprint,
                        figures.footprint_recurrent, figures.bit_operations, figures.cycles,
                        figures.multiplier_bits, figures.seconds, quoted(figures.failure));
    for (std::size_t d = 0; d < candidate.size(); ++d)
      text += "," + level_text(found.space.dimensions[d], candidate[d]);
    text += "\n";
  }
  return text;
}

std::string to_json(const Exploration& found, const ExploreOptions& options) {
  Json json{{"version", 1},
            {"network", found.network},
            {"task", found.task_name},
            {"metric", metric_name(found.metric)},
            {"validation_samples", found.samples},
            {"float", found.float_metric},
            {"seed", options.bench.seed},
            {"confidence", options.bench.confidence},
            {"trials", found.trials.size()},
            {"seconds", found.times.sum()}};
  json["front"] = Json::array();
  for (const std::size_t index : found.front) json["front"].push_back(trial_json(found, index));
  json["chosen"] = found.chosen ? trial_json(found, *found.chosen) : Json();
  if (found.confirmation)
    json["confirmation"] = {{"part", "test"},
                            {"samples", found.confirmation->samples},
                            {"float", found.confirmation->float_metric},
                            {"fixed", found.confirmation->fixed_metric},
                            {"loss", found.confirmation->loss}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<ReportFile> report_files() {
  return {{"front.md", begins_with(kFrontBeginning)},     {"trials.csv", begins_with(kTrialsBeginning)},
          {"front.json", begins_with(kJsonBeginning)},    {"tradeoff.svg", is_plot},
          {"grid.md", begins_with(kGridBeginning)},       {"grid.svg", is_plot},
          {"chosen.toml", begins_with(kChosenBeginning)}, {"sensitivity.svg", is_plot}};
}

Result<void> write_report(const Exploration& found, const ExploreOptions& options) {
  const std::filesystem::path& folder = options.output;
  FIXGATE_CHECK(write_file(folder / "front.md", front_table(found)));
  FIXGATE_CHECK(write_file(folder / "trials.csv", to_csv(found)));
  FIXGATE_CHECK(write_file(folder / "front.json", to_json(found, options)));
  FIXGATE_CHECK(write_file(folder / "tradeoff.svg", plot_tradeoff(found, options.limits)));
  FIXGATE_CHECK(write_or_remove(folder / "grid.md", grid_table(found)));
  FIXGATE_CHECK(write_or_remove(folder / "grid.svg", plot_grid(found)));
  FIXGATE_CHECK(write_or_remove(folder / "sensitivity.svg", plot_sensitivity(found)));
  return write_or_remove(folder / "chosen.toml", found.plan ? kChosenBeginning + to_toml(*found.plan) : "");
}

}  // namespace fixgate
