#include "explore/study_runner.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "files/fingerprint.h"
#include "parallel/for_each_index.h"

namespace fixgate {
namespace {

using namespace std::chrono_literals;

constexpr auto kBeat = 3s;
constexpr auto kPause = 20ms;  // while others work on what is left
constexpr int kPausesToABurial = 50;
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
      start_(std::chrono::steady_clock::now()) {
  progress_ = std::make_unique<Progress>(options.shows_progress ? "explore" : "", options.evaluations,
                                         "trials", 60 * options.minutes);
  heart_ = std::jthread([this](const std::stop_token& token) { keep_alive(token); });
}

StudyRunner::~StudyRunner() = default;

void StudyRunner::keep_alive(const std::stop_token& token) {
  std::unique_lock lock(sleep_);
  while (!token.stop_requested()) {
    if (asleep_.wait_for(lock, token, kBeat, [] { return false; }) || token.stop_requested()) return;
    if (const auto beaten = study_.beat(); !beaten) fail_with(beaten.error());
  }
}

double StudyRunner::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
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
  if (options_.minutes > 0 && seconds() >= 60 * options_.minutes) stop(SearchEnd::Time);
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
      if (++pauses % kPausesToABurial == 0) results[worker] = study_.bury_the_dead();
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
  const auto result = bench_.run(job.plan, job.effort, field, interrupted_);
  if (!result) {
    FIXGATE_CHECK(study_.release(job.request.key));
    if (interrupted_.load()) return true;
    return tl::make_unexpected(result.error());
  }
  FIXGATE_CHECK(study_.store(job.request.key, *result));
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

Result<void> StudyRunner::replace_by_full(const std::vector<std::size_t>& members) {
  RaceField field;
  Jobs jobs;
  for (const std::size_t member : members)
    jobs.push_back(make_job(seen_[member].candidate, field_text(field), Effort::Full));
  FIXGATE_CHECK(work_off(jobs, field));
  for (std::size_t k = 0; k < members.size(); ++k) {
    FIXGATE_ASSIGN(const auto figures, study_.find(jobs[k]->request.key));
    if (!figures) continue;
    seen_[members[k]].figures = *figures;
    keys_[members[k]] = jobs[k]->request.key;
    full_.insert(members[k]);
  }
  return {};
}

void StudyRunner::finish_front() {
  if (end_ == SearchEnd::Interrupted || end_ == SearchEnd::Failed) return;
  strategy_ = "finish";
  // The search has ended; what is left to do has no limit but the user's patience.
  options_.minutes = 0;
  stopped_.store(false);
  while (!must_stop()) {
    const std::vector<Figures> all = all_figures();
    std::set<std::size_t> wanted;
    for (const std::size_t member : pareto_front(all, objectives_)) wanted.insert(member);
    if (const auto chosen = choose(limits_, all)) wanted.insert(*chosen);
    for (const std::size_t member : full_) wanted.erase(member);
    if (wanted.empty()) return;
    if (const auto done = replace_by_full({wanted.begin(), wanted.end()}); !done) fail_with(done.error());
  }
}

}  // namespace fixgate
