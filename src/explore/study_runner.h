// Runs the trials that a strategy asks for: over all threads, and together with every other process that
// works on the same study and takes the same way.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "diagnostic/progress.h"
#include "explore/bench.h"
#include "explore/strategy.h"
#include "explore/study.h"
#include "explore/time_budget.h"

namespace fixgate {

/// Seconds since the search began; called from any thread.
using SearchClock = std::function<double()>;

struct RunnerOptions {
  std::int64_t evaluations = 0;  // different trials at most; 0: as many as the time allows
  TimeBudget budget;
  SearchClock clock;
  bool finishes = false;  // finish_front() follows the trials
  std::uint64_t seed = 1;
  std::size_t rank = 0;  // of `ranks` processes that were started together: where to begin in a batch
  std::size_t ranks = 1;
  bool shows_progress = true;
  std::string bench;  // what the figures depend on besides the plan, as text for the keys
};

enum class SearchEnd { None, Budget, Time, Interrupted, Failed };

class StudyRunner : public TrialRunner {
 public:
  /// All outlive the runner. `interrupted` becomes true when the user wants it to end.
  StudyRunner(const SearchSpace& space, const Bench& bench, Study& study, const Limits& limits,
              std::vector<Objective> objectives, const RunnerOptions& options,
              const std::atomic<bool>& interrupted);
  ~StudyRunner() override;

  /// Makes the networks of the front, and of the plan that choose() takes, in full, and takes what they then
  /// do for what was found of them quickly; until front and choice hold none that was made quickly. With a
  /// limit of the time one after the other, the choice first: one in any case, more if the longest so far
  /// tells that there is time for them.
  void finish_front();

  /// The strategy that asks, for the study.
  void set_strategy(std::string name) { strategy_ = std::move(name); }

  std::optional<std::vector<Figures>> run(const std::vector<Candidate>& candidates, bool race) override;
  [[nodiscard]] const std::vector<SeenTrial>& seen() const override { return seen_; }

  [[nodiscard]] SearchEnd end() const { return end_; }
  /// With SearchEnd::Failed.
  [[nodiscard]] const Error& error() const { return *error_; }

  /// The figures of all seen; those of plans that finish_front() has not come to count as incomplete, where
  /// it has to.
  [[nodiscard]] std::vector<Figures> final_figures() const;
  /// Plans that front or choice want in full, and that there was no time for.
  [[nodiscard]] std::size_t unfinished() const { return wanted_in_full().size(); }
  /// The network of the plan if this process made it in full and kept it, which it does with the best by
  /// choose(); else null.
  [[nodiscard]] const program::FixedNetwork* network_in_full(const FormatPlan& plan) const;
  /// Stops work when the user wants the search to end.
  [[nodiscard]] Supervision supervision() const { return {stop_.get_token(), nullptr}; }

 private:
  struct Job {
    TrialRequest request;
    std::string plan_name;  // fingerprint of the plan alone
    FormatPlan plan;
    Effort effort = Effort::Quick;
    std::atomic<bool> done = false;
  };
  using Jobs = std::vector<std::unique_ptr<Job>>;
  struct Batch {
    Jobs jobs;
    std::vector<std::string> plans;  // names, by candidate
    bool fits = true;                // in the budget
  };

  Result<RaceField> make_field(bool race);
  [[nodiscard]] std::string field_text(const RaceField& field) const;
  Result<void> work_off(Jobs& jobs, const RaceField& field);
  Result<bool> work_once(Jobs& jobs, std::size_t first, const RaceField& field);
  Result<bool> claim_and_run(Job& job, const RaceField& field);
  Batch make_batch(const std::vector<Candidate>& candidates, const RaceField& field);
  [[nodiscard]] std::unique_ptr<Job> make_job(const Candidate& candidate, const std::string& field,
                                              Effort effort) const;
  Result<void> collect(const Jobs& jobs);
  [[nodiscard]] std::vector<std::size_t> wanted_in_full() const;
  [[nodiscard]] bool has_time_for_another() const;
  Result<bool> finish_some(std::vector<std::size_t> wanted);
  Result<bool> take_full_of_study(const std::vector<std::size_t>& members);
  void keep_if_best(const Job& job, TrialResult& result);
  void show_progress(const std::string& title, std::int64_t total, double seconds_limit);
  [[nodiscard]] std::vector<Figures> all_figures() const;
  [[nodiscard]] bool must_stop();
  void stop(SearchEnd end);
  void fail_with(const Error& error);
  void watch(const std::stop_token& token);

  /// The best of the networks made in full.
  struct Kept {
    std::string plan_name;
    Figures figures;
    program::FixedNetwork network;
  };

  const SearchSpace& space_;
  const Bench& bench_;
  Study& study_;
  Limits limits_;
  std::vector<Objective> objectives_;
  RunnerOptions options_;
  const std::atomic<bool>& interrupted_;
  double trials_end_;  // seconds
  std::string strategy_;
  std::vector<SeenTrial> seen_;
  std::vector<std::string> keys_;               // as seen_
  std::set<std::size_t> full_;                  // places in seen_ that were made in full
  std::map<std::string, std::size_t> by_plan_;  // by the plan's name its place in seen_
  std::map<std::string, std::vector<double>> numerators_;
  std::optional<Kept> kept_;
  double longest_in_full_ = 0;  // seconds
  std::stop_source stop_;
  std::shared_ptr<Progress> progress_;
  std::mutex mutex_;  // of end_, error_, kept_ and the pointer progress_
  std::atomic<bool> stopped_ = false;
  SearchEnd end_ = SearchEnd::None;
  std::optional<Error> error_;
  std::condition_variable_any asleep_;
  std::mutex sleep_;
  std::jthread watch_;
};

}  // namespace fixgate
