#include "explore/study_runner.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "files/fingerprint.h"
#include "parallel/for_each_index.h"
#include "sweep/records.h"

namespace fixgate {
namespace {

using namespace std::chrono_literals;

constexpr auto kGlance = 100ms;  // at what the user wants
constexpr int kGlancesToABeat = 30;
constexpr auto kPause = 20ms;  // while others work on what is left
constexpr int kPausesBetweenChecks = 50;
constexpr std::size_t kMostRivals = 64;  // whose scores are kept in memory

}  // namespace

StudyRunner::StudyRunner(const SearchSpace& space, const Bench& bench, Study& study, const Limits& limits,
                         std::vector<Objective> objectives, const RunnerOptions& options,
                         const std::atomic<bool>& interrupted)
    : space_(space),
      bench_(bench),
      study_(study),
      limits_(limits),
      objectives_(std::move(objectives)),
      options_(options),
      interrupted_(interrupted),
      trials_end_(options.budget.trials_end()) {
  show_progress(options.finishes ? "explore, 1 of 2" : "explore", options.evaluations, trials_end_);
  watch_ = std::jthread([this](const std::stop_token& token) { watch(token); });
}

StudyRunner::~StudyRunner() = default;

void StudyRunner::show_progress(const std::string& title, std::int64_t total, double seconds_limit) {
  const double left = std::isinf(seconds_limit) ? 0 : std::max(seconds_limit - options_.clock(), 0.1);
  const std::string shown = options_.shows_progress ? title : "";
  const std::lock_guard lock(mutex_);
  progress_ = std::make_shared<Progress>(shown, total, "trials", left);
}

/// Gives signs of life, and sees when the user wants the search to end, while all threads are at work.
void StudyRunner::watch(const std::stop_token& token) {
  std::unique_lock lock(sleep_);
  for (int glance = 1; !token.stop_requested(); ++glance) {
    if (asleep_.wait_for(lock, token, kGlance, [] { return false; }) || token.stop_requested()) return;
    if (interrupted_.load()) stop_.request_stop();
    {
      const std::lock_guard guard(mutex_);
      progress_->refresh();
    }
    if (glance % kGlancesToABeat != 0) continue;
    if (const auto beaten = study_.beat(); !beaten) fail_with(beaten.error());
  }
}

void StudyRunner::stop(SearchEnd end) {
  const std::lock_guard lock(mutex_);
  if (end_ != SearchEnd::Interrupted && end_ != SearchEnd::Failed) end_ = end;
  stopped_.store(true);
}

void StudyRunner::fail_with(const Error& error) {
  stop(SearchEnd::Failed);
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
}

bool StudyRunner::must_stop() {
  if (stopped_.load()) return true;
  if (interrupted_.load()) stop(SearchEnd::Interrupted);
  if (options_.clock() >= trials_end_) stop(SearchEnd::Time);
  return stopped_.load();
}

Result<RaceField> StudyRunner::make_field(bool race) {
  RaceField field;
  field.race = race;
  field.objectives = objectives_;
  if (!race) return field;
  if (limits_.max_loss) {
    field.rules.has_max_loss = true;
    field.rules.max_loss = *limits_.max_loss;
  }
  const std::vector<Figures> figures = all_figures();
  const std::vector<std::size_t> front = pareto_front(figures, objectives_);
  const std::size_t count = std::min(front.size(), kMostRivals);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t member = front[k * front.size() / count];
    const std::string& key = keys_[member];
    if (!numerators_.contains(key)) {
      FIXGATE_ASSIGN(numerators_[key], study_.numerators(key));
    }
    if (numerators_[key].size() != bench_.samples())
      return fail("the study lacks the scores of trial {}: it was changed by someone else", key);
    field.rivals.push_back({key, costs(figures[member], objectives_), numerators_[key]});
  }
  return field;
}

std::string StudyRunner::field_text(const RaceField& field) const {
  if (!field.race) return "all samples";
  std::string text = field.rules.has_max_loss ? fmt::format("limit {}", field.rules.max_loss) : "no limit";
  for (const Objective objective : field.objectives) text += " " + to_text(objective);
  for (const Rival& rival : field.rivals) text += " " + rival.key;
  return text;
}

std::optional<std::vector<Figures>> StudyRunner::run(const std::vector<Candidate>& candidates, bool race) {
  if (must_stop()) return std::nullopt;
  const auto field = make_field(race);
  if (!field) {
    fail_with(field.error());
    return std::nullopt;
  }
  Batch batch = make_batch(candidates, *field);
  auto worked = work_off(batch.jobs, *field);
  if (worked) worked = collect(batch.jobs);
  if (!worked) fail_with(worked.error());
  if (!batch.fits) stop(SearchEnd::Budget);
  if (must_stop()) return std::nullopt;
  std::vector<Figures> figures;
  for (const std::string& plan : batch.plans) figures.push_back(seen_[by_plan_.at(plan)].figures);
  return figures;
}

std::unique_ptr<StudyRunner::Job> StudyRunner::make_job(const Candidate& candidate, const std::string& field,
                                                        Effort effort) const {
  auto job = std::make_unique<Job>();
  job->plan = plan_of(space_, candidate);
  job->effort = effort;
  std::string toml = to_toml(job->plan);
  job->plan_name = fingerprint_of({toml});
  const std::string how = effort == Effort::Full ? "full" : "quick";
  job->request = {fingerprint_of({toml, field, options_.bench, how}), strategy_, options_.seed, candidate,
                  toml};
  return job;
}

/// Of the candidates that are not known yet, as many as the budget allows.
StudyRunner::Batch StudyRunner::make_batch(const std::vector<Candidate>& candidates, const RaceField& field) {
  const std::string text = field_text(field);
  Batch batch;
  std::set<std::string> begun;
  for (const Candidate& candidate : candidates) {
    std::unique_ptr<Job> job = make_job(candidate, text, Effort::Quick);
    batch.plans.push_back(job->plan_name);
    const auto known = by_plan_.find(job->plan_name);
    const bool will_do = known != by_plan_.end() && (field.race || seen_[known->second].figures.complete ||
                                                     !seen_[known->second].figures.usable());
    if (will_do || !begun.insert(job->plan_name).second) continue;
    batch.fits = options_.evaluations == 0 ||
                 static_cast<std::int64_t>(seen_.size() + batch.jobs.size()) < options_.evaluations;
    if (!batch.fits) return batch;
    batch.jobs.push_back(std::move(job));
  }
  return batch;
}

Result<void> StudyRunner::work_off(Jobs& jobs, const RaceField& field) {
  std::vector<TrialRequest> requests;
  for (const auto& job : jobs) requests.push_back(job->request);
  FIXGATE_CHECK(study_.request(requests));
  const auto threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  const std::size_t workers = std::min(threads, jobs.size());
  std::vector<Result<void>> results(workers);
  parallel_for_each_index(workers, [&](std::size_t worker) {
    // Ranks and threads begin at different places, so that they seldom want the same trial.
    const std::size_t first = (options_.rank * workers + worker) * jobs.size() / (options_.ranks * workers);
    for (int pauses = 0; !must_stop();) {
      const auto ran = work_once(jobs, first, field);
      if (!ran) results[worker] = tl::make_unexpected(ran.error());
      if (!ran || std::ranges::all_of(jobs, [](const auto& job) { return job->done.load(); })) return;
      if (*ran) continue;
      std::this_thread::sleep_for(kPause);
      if (++pauses % kPausesBetweenChecks == 0) results[worker] = study_.remove_dead_workers();
      if (!results[worker]) return;
    }
  });
  for (auto& result : results) FIXGATE_CHECK(result);
  return {};
}

/// Runs the first trial from `first` on that nobody else has or does; false if there is none.
Result<bool> StudyRunner::work_once(Jobs& jobs, std::size_t first, const RaceField& field) {
  for (std::size_t k = 0; k < jobs.size(); ++k) {
    Job& job = *jobs[(first + k) % jobs.size()];
    if (job.done.load()) continue;
    FIXGATE_ASSIGN(const bool ran, claim_and_run(job, field));
    if (ran) return true;
    FIXGATE_ASSIGN(const auto found, study_.find(job.request.key));
    if (found && !job.done.exchange(true)) progress_->advance();
  }
  return false;
}

Result<bool> StudyRunner::claim_and_run(Job& job, const RaceField& field) {
  FIXGATE_ASSIGN(const bool claimed, study_.claim(job.request.key));
  if (!claimed) return false;
  auto result = bench_.run(job.plan, job.effort, field, {stop_.get_token(), progress_.get()});
  if (!result) {
    FIXGATE_CHECK(study_.release(job.request.key));
    if (interrupted_.load()) return true;
    return tl::make_unexpected(result.error());
  }
  FIXGATE_CHECK(study_.store(job.request.key, *result));
  if (job.effort == Effort::Full) keep_if_best(job, *result);
  if (!job.done.exchange(true)) progress_->advance();
  return true;
}

/// What was done, in the order in which it was asked for: the same whoever did it.
Result<void> StudyRunner::collect(const Jobs& jobs) {
  for (const auto& job : jobs) {
    FIXGATE_ASSIGN(const auto figures, study_.find(job->request.key));
    if (!figures) continue;  // the search ends before it
    by_plan_[job->plan_name] = seen_.size();
    keys_.push_back(job->request.key);
    seen_.push_back({job->request.candidate, *figures});
  }
  const std::vector<Figures> all = all_figures();
  std::string note = fmt::format("front {}", pareto_front(all, objectives_).size());
  if (const auto best = choose(limits_, all))
    note += fmt::format(", best {} at loss {}", percent(all[*best].footprint), percent(all[*best].loss));
  progress_->note(note);
  return {};
}

std::vector<Figures> StudyRunner::all_figures() const {
  std::vector<Figures> all;
  for (const SeenTrial& trial : seen_) all.push_back(trial.figures);
  return all;
}

/// Replaces the figures of the members by those of their networks in full where the study has them; whether
/// it has any.
Result<bool> StudyRunner::take_full_of_study(const std::vector<std::size_t>& members) {
  bool any = false;
  for (const std::size_t member : members) {
    const auto job = make_job(seen_[member].candidate, field_text({}), Effort::Full);
    FIXGATE_ASSIGN(const auto figures, study_.find(job->request.key));
    if (!figures) continue;
    seen_[member].figures = *figures;
    keys_[member] = job->request.key;
    full_.insert(member);
    longest_in_full_ = std::max(longest_in_full_, figures->seconds);
    any = true;
  }
  return any;
}

void StudyRunner::keep_if_best(const Job& job, TrialResult& result) {
  const std::lock_guard lock(mutex_);
  if (!result.network || (kept_ && choose(limits_, {kept_->figures, result.figures}) != 1)) return;
  kept_ = {job.plan_name, result.figures, std::move(result.network->network)};
}

const program::FixedNetwork* StudyRunner::network_in_full(const FormatPlan& plan) const {
  return kept_ && kept_->plan_name == fingerprint_of({to_toml(plan)}) ? &kept_->network : nullptr;
}

std::vector<Figures> StudyRunner::final_figures() const {
  std::vector<Figures> all = all_figures();
  for (std::size_t index = 0; options_.finishes && index < all.size(); ++index)
    all[index].complete = all[index].complete && full_.contains(index);
  return all;
}

/// What front and choice hold that was made quickly, the choice first.
std::vector<std::size_t> StudyRunner::wanted_in_full() const {
  if (!options_.finishes) return {};
  const std::vector<Figures> all = all_figures();
  std::vector<std::size_t> wanted;
  if (const auto chosen = choose(limits_, all)) wanted.push_back(*chosen);
  for (const std::size_t member : pareto_front(all, objectives_))
    if (wanted.empty() || member != wanted.front()) wanted.push_back(member);
  std::erase_if(wanted, [&](std::size_t member) { return full_.contains(member); });
  return wanted;
}

/// Whether another network is done in time if it takes as long as the longest so far.
bool StudyRunner::has_time_for_another() const {
  return full_.empty() || options_.clock() + longest_in_full_ <= options_.budget.final_networks_end();
}

void StudyRunner::finish_front() {
  if (end_ == SearchEnd::Interrupted || end_ == SearchEnd::Failed) return;
  strategy_ = "finish";
  trials_end_ = std::numeric_limits<double>::infinity();
  stopped_.store(false);
  show_progress("explore, 2 of 2: final networks", 0, options_.budget.final_networks_end());
  while (!must_stop()) {
    auto wanted = wanted_in_full();
    progress_->expect(static_cast<std::int64_t>(wanted.size()));
    if (wanted.empty()) return;
    const auto worked = finish_some(std::move(wanted));
    if (!worked) fail_with(worked.error());
    if (!worked || !*worked) return;
  }
}

/// Takes what is in the study, else makes what there is time for; whether there was any.
Result<bool> StudyRunner::finish_some(std::vector<std::size_t> wanted) {
  FIXGATE_ASSIGN(const bool any_known, take_full_of_study(wanted));
  if (any_known) return true;
  if (!has_time_for_another()) return false;
  const bool is_limited = !std::isinf(options_.budget.final_networks_end());
  if (is_limited) wanted.resize(1);
  RaceField field;
  Jobs jobs;
  for (const std::size_t member : wanted)
    jobs.push_back(make_job(seen_[member].candidate, field_text(field), Effort::Full));
  FIXGATE_CHECK(work_off(jobs, field));
  FIXGATE_CHECK(take_full_of_study(wanted));
  return true;
}

}  // namespace fixgate
