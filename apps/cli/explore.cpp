// fixgate explore: searches the widths of a network.
#include "explore/explore.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

#include "commands.h"
#include "diagnostic/terminal.h"
#include "explore/explore_files.h"
#include "explore/report.h"
#include "graph_options.h"
#include "lists.h"
#include "numbers.h"
#include "numeric/share.h"
#include "sweep/records.h"

namespace fixgate {
namespace {

constexpr std::int64_t kDefaultEvaluations = 400;
constexpr double kDefaultMaxLoss = 0.01;
constexpr int kMostSegments = 4096;

struct Options {
  std::string model;
  GraphOptions graph;
  std::string task;
  std::string data_root;
  std::string folder;
  std::string study;
  std::string strategy = "sensitivity,evolve";
  std::string granularity = "gate";
  std::string preset = "default";
  std::string plan;
  std::string weights = "2..8";
  std::string activations = "3..8";
  std::string segments = "8,16,32,64";
  std::string objectives;
  std::string max_loss;
  std::string max_footprint;
  std::optional<std::int64_t> max_cycles;
  std::optional<int> lanes;
  std::optional<std::int64_t> evaluations;
  std::optional<double> minutes;
  std::string confidence = "95%";
  std::uint64_t seed = 1;
  bool confirm = false;
  std::vector<StatedRange> stated;  // ranges that are on the command line
};

std::atomic<bool> interrupted = false;

/// The first signal ends the search in order, the second one at once.
void end_in_order_on_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted.store(true); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

std::optional<int> parse_integer(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "2..8" or "4".
Result<WidthRange> parse_range(const char* option, std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto low = parse_integer(text.substr(0, dots));
  const auto high = dots == std::string_view::npos ? low : parse_integer(text.substr(dots + 2));
  if (!low || !high) return fail("{} {}: expected a width, or a range such as 2..8", option, text);
  return WidthRange{*low, *high};
}

/// "2..8", before it encodings: "binary,ternary,2..8".
Result<void> parse_weights(std::string_view text, SearchRanges& ranges) {
  for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    const std::string_view encoding = text.substr(0, comma);
    if (encoding != "ternary" && encoding != "binary")
      return fail("--weights {}: expected ternary or binary before the last comma, not '{}'", text, encoding);
    (encoding == "ternary" ? ranges.ternary : ranges.binary) = true;
    text.remove_prefix(comma + 1);
  }
  FIXGATE_ASSIGN(ranges.weights, parse_range("--weights", text));
  return {};
}

Result<SearchRanges> ranges_of(const Options& options) {
  SearchRanges ranges;
  FIXGATE_CHECK(parse_weights(options.weights, ranges));
  FIXGATE_ASSIGN(ranges.activations, parse_range("--activations", options.activations));
  FIXGATE_ASSIGN(ranges.segments, parse_integers("--segments", options.segments, 1, kMostSegments));
  std::ranges::sort(ranges.segments);
  // std::ranges::unique is beyond clang 14.
  ranges.segments.erase(std::unique(ranges.segments.begin(), ranges.segments.end()), ranges.segments.end());
  return ranges;
}

Result<Limits> limits_of(const Options& options) {
  Limits limits;
  if (!options.max_loss.empty()) {
    FIXGATE_ASSIGN(limits.max_loss, parse_share("--max-loss", options.max_loss));
  }
  if (!options.max_footprint.empty()) {
    FIXGATE_ASSIGN(limits.max_footprint, parse_share("--max-footprint", options.max_footprint));
  }
  limits.max_cycles = options.max_cycles;
  if (!limits.max_loss && !limits.max_footprint) limits.max_loss = kDefaultMaxLoss;
  return limits;
}

Result<std::vector<Objective>> objectives_of(const Options& options, bool hardware) {
  if (options.objectives.empty()) {
    if (hardware) return parse_objectives("loss,footprint,area");
    return parse_objectives("loss,footprint");
  }
  FIXGATE_ASSIGN(auto objectives, parse_objectives(options.objectives));
  for (const Objective objective : objectives)
    if (!hardware && (objective == Objective::Cycles || objective == Objective::Area))
      return fail("--objectives {}: '{}' needs --lanes or --max-cycles", options.objectives,
                  to_text(objective));
  return objectives;
}

Result<void> set_budget(const Options& options, ExploreOptions& explore) {
  if (options.evaluations.value_or(1) < 1)
    return fail("--evaluations {}: a budget of nothing finds nothing; give 1 or more", *options.evaluations);
  if (!(options.minutes.value_or(1) > 0))
    return fail("--minutes {}: a budget of nothing finds nothing; give more than 0", *options.minutes);
  explore.minutes = options.minutes.value_or(0);
  explore.evaluations = options.evaluations.value_or(options.minutes ? 0 : kDefaultEvaluations);
  return {};
}

/// What the strategy takes no notice of.
Result<void> check_strategy(const Options& options) {
  if (options.strategy != "grid") return {};
  for (const StatedRange& range : options.stated)
    if (range.kind == DimensionKind::TableSegments)
      return fail("{}: --strategy grid leaves tables as they are; drop one of the two", range.option);
  return {};
}

Result<FormatPlan> base_plan(const Options& options, const SearchRanges& ranges) {
  if (options.plan.empty())
    return preset_plan(options.preset, {ranges.weights.high, ranges.activations.high});
  FIXGATE_ASSIGN(FormatPlan plan, read_plan(options.plan));
  if (plan.max_footprint)
    return fail(
        "--plan {}: its max_footprint is for `quantize`; a search allocates bits itself: drop it, and give "
        "--max-footprint",
        options.plan);
  return plan;
}

std::filesystem::path study_of(const Options& options) {
  if (!options.study.empty()) return options.study;
  return std::filesystem::path(options.folder) / "study.sqlite";
}

Result<ExploreOptions> explore_options(const Options& options) {
  ExploreOptions explore;
  explore.model = options.model;
  explore.task = options.task;
  explore.data_root = options.data_root;
  FIXGATE_ASSIGN(explore.graph, parse_graph_options(options.graph));
  FIXGATE_CHECK(set_budget(options, explore));
  FIXGATE_ASSIGN(explore.ranges, ranges_of(options));
  FIXGATE_ASSIGN(explore.limits, limits_of(options));
  FIXGATE_ASSIGN(explore.granularity, parse_granularity(options.granularity));
  FIXGATE_ASSIGN(explore.strategies, parse_strategies(options.strategy));
  FIXGATE_CHECK(check_strategy(options));
  explore.stated = options.stated;
  explore.bench.hardware.lanes = options.lanes;
  if (options.max_cycles && !options.lanes)
    explore.bench.hardware.cycles_per_step =
        static_cast<int>(std::min<std::int64_t>(*options.max_cycles, 1 << 30));
  FIXGATE_ASSIGN(explore.objectives, objectives_of(options, explore.bench.hardware.wanted()));
  FIXGATE_ASSIGN(explore.bench.confidence, parse_share("--confidence", options.confidence));
  if (explore.bench.confidence < 0.5 || explore.bench.confidence >= 1)
    return fail("--confidence {}: expected 50% (the measured loss itself) to below 100%", options.confidence);
  explore.bench.seed = options.seed;
  FIXGATE_ASSIGN(explore.base, base_plan(options, explore.ranges));
  explore.output = options.folder;
  explore.study = study_of(options);
  explore.confirm = options.confirm;
  explore.launch = launch_from_environment();
  return explore;
}

void print_findings(const Exploration& found, const ExploreOptions& options) {
  const auto lost = std::ranges::count_if(
      found.trials, [](const SeenTrial& trial) { return trial.figures.usable() && !trial.figures.complete; });
  say("float        {} {} on the {} validation samples\n", metric_name(found.metric),
      format_metric(found.metric, found.float_metric), found.samples);
  say("trials       {}, {} of them dropped in a race; seed {}\n", found.trials.size(), lost,
      options.bench.seed);
  if (found.unfinished > 0)
    say("left out     {} plans that may belong to the front: there was no time to make their networks in "
        "full; the same command with more --minutes goes on\n",
        found.unfinished);
  say("at most      the loss is below with {:g} % confidence\n\n{}\n", 100 * options.bench.confidence,
      front_table(found));
  if (const std::string grid = grid_table(found); !grid.empty())
    say("{} by bits of weights (down) and activations (across)\n\n{}\n", metric_name(found.metric), grid);
}

void print_choice(const Exploration& found) {
  const Figures& figures = found.trials[*found.chosen].figures;
  say("chosen       footprint {} of float ({} smaller), loss {}, at most {}\n", percent(figures.footprint),
      percent(1 - figures.footprint), percent(figures.loss), percent(figures.loss_bound));
  if (!found.confirmation) return;
  const Confirmation& test = *found.confirmation;
  say("confirmed    on the test part, {} samples: float {}, fixed {}, loss {}\n", test.samples,
      format_metric(found.metric, test.float_metric), format_metric(found.metric, test.fixed_metric),
      percent(test.loss));
}

void print_times(const SearchTimes& times, double report) {
  say("time         {:.1f} s: {:.1f} preparing, {:.1f} trials, {:.1f} final networks, {:.1f} confirmation, "
      "{:.1f} report\n",
      times.sum() + report, times.preparing, times.trials, times.final_networks, times.confirmation, report);
}

Error no_choice(const Exploration& found, const Limits& limits) {
  Error error = explain_no_choice(limits, found.figures);
  if (found.unfinished > 0)
    error.message +=
        fmt::format("; {} more were not made in full in time: give more --minutes", found.unfinished);
  return error;
}

Result<void> tell(const Exploration& found, const ExploreOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  FIXGATE_CHECK(write_report(found, options));
  print_findings(found, options);
  print_times(found.times, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  if (!found.chosen) return tl::make_unexpected(no_choice(found, options.limits));
  print_choice(found);
  say("written      {}/chosen.toml (for quantize --plan), front.md, front.json, trials.csv, *.svg\n",
      options.output.string());
  say("study        {}\n", options.study.string());
  return {};
}

FileUse files_of(const Options& options) {
  ExploreOptions explore;
  explore.model = options.model;
  explore.task = options.task;
  explore.data_root = options.data_root;
  explore.output = options.folder;
  explore.study = study_of(options);
  FileUse use;
  add_explore_files(explore, use);
  use.reads(options.plan, "the plan");
  return use;
}

Result<void> explore_widths(const Options& options) {
  FIXGATE_ASSIGN(ExploreOptions search, explore_options(options));
  // Before there is anything to lose, a signal may end it at once.
  search.before_trials = end_in_order_on_signals;
  return explore(search, interrupted, [&](const Exploration& found) { return tell(found, search); });
}

void add_space_options(CLI::App& command, Options& options) {
  command
      .add_option("--granularity", options.granularity,
                  "What shares a width: network, layer, gate or signal (nothing)")
      ->capture_default_str();
  command
      .add_option("-w,--weights", options.weights,
                  "Widths of weights to try, before them encodings: binary,ternary,2..8")
      ->check(comma_list())
      ->capture_default_str();
  command
      .add_option("-a,--activations", options.activations,
                  "Widths of activations to try; signals that have more bits in the base plan keep them")
      ->capture_default_str();
  command.add_option("--segments", options.segments, "Segments of tables to try, 1 to 4096 each")
      ->check(comma_list())
      ->capture_default_str();
  auto* preset =
      command.add_option("--preset", options.preset, "Base plan: default, compensated, learned or paper");
  preset->capture_default_str();
  command.add_option("--plan", options.plan, "Base plan (TOML) whose rules the candidates extend")
      ->excludes(preset);
}

void add_goal_options(CLI::App& command, Options& options) {
  command.add_option("--max-loss", options.max_loss,
                     "Greatest loss against float: points of accuracy, else relative (default: 1%)");
  command
      .add_option("--confidence", options.confidence, "With which the loss keeps to that; 50%: as measured")
      ->capture_default_str();
  command.add_option("--max-footprint", options.max_footprint, "Greatest footprint, of 32-bit float");
  command.add_option("--max-cycles", options.max_cycles, "Greatest number of cycles a step, predicted")
      ->check(positive_number());
  command.add_option("--lanes", options.lanes, "Multipliers of each layer, for cycles and area")
      ->check(positive_number());
  command
      .add_option("--objectives", options.objectives,
                  "What the front is of: loss, and footprint, bit-operations, cycles, area "
                  "(default: loss,footprint; with hardware area too)")
      ->check(comma_list());
}

void add_effort_options(CLI::App& command, Options& options) {
  command.add_option("--strategy", options.strategy, "grid, sensitivity, evolve; several in their order")
      ->check(comma_list())
      ->capture_default_str();
  command.add_option("--evaluations", options.evaluations,
                     "Trials at most (default: 400, with --minutes none)");
  command.add_option("--minutes", options.minutes, "Time at most");
  command.add_option("--seed", options.seed, "Of the search and of the order of the samples")
      ->check(natural_number())
      ->capture_default_str();
  command.add_option("--study", options.study, "SQLite file of all trials (default: OUTPUT/study.sqlite)");
  command.add_flag("--confirm", options.confirm, "Evaluate the chosen plan on the test part, once");
}

}  // namespace

void add_explore(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand(
      "explore",
      "Search the widths: the front of loss against footprint, and the smallest plan within limits");
  auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "ONNX file")->required();
  add_graph_options(*command, options->graph);
  command->add_option("-t,--task", options->task, "Task file (TOML); its validation part judges")->required();
  command->add_option("--data-root", options->data_root,
                      "Folder that the task's paths start from (default: the task file's)");
  command->add_option("-o,--output", options->folder, "Folder for the results")->required();
  add_space_options(*command, *options);
  add_goal_options(*command, *options);
  add_effort_options(*command, *options);
  command->callback([&chosen, options, command] {
    for (const auto& [kind, option] : {std::pair{DimensionKind::WeightWidth, "--weights"},
                                       std::pair{DimensionKind::SignalWidth, "--activations"},
                                       std::pair{DimensionKind::TableSegments, "--segments"}})
      if (command->count(option) > 0) options->stated.push_back({kind, option});
    chosen = {[options] { return files_of(*options); }, [options] { return explore_widths(*options); }};
  });
}

}  // namespace fixgate
