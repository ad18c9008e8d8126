// The study: every trial of a search, in an SQLite file that several processes share. A process claims a
// trial before it runs it; the claims of one that has died are open again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "explore/bench.h"
#include "explore/database.h"
#include "explore/search_space.h"

namespace fixgate {

/// What all figures of a study depend on; fingerprints but for the name.
struct StudySubject {
  std::string model_name;  // for people
  std::string model;
  std::string task;
  std::string data;
};

struct TrialRequest {
  std::string key;  // of plan, race and bench: the same key has the same result
  std::string strategy;
  std::uint64_t seed = 0;
  Candidate candidate;
  std::string plan;  // TOML
};

class Study {
 public:
  /// Opens or begins the study. Errors: another model, task, data or version; damaged; locked; no study at
  /// all.
  static Result<std::unique_ptr<Study>> open(const std::filesystem::path& path, const StudySubject& subject);

  /// Takes this process out, its claims open again.
  ~Study();
  Study(const Study&) = delete;
  Study& operator=(const Study&) = delete;

  /// Enters the trials that are not there yet.
  Result<void> request(const std::vector<TrialRequest>& trials);

  /// Whether this process may run the trial now: nobody else does, nobody has.
  Result<bool> claim(const std::string& key);
  Result<void> store(const std::string& key, const TrialResult& result);
  /// Gives a claimed trial back.
  Result<void> release(const std::string& key);

  /// The figures of a trial that is done.
  Result<std::optional<Figures>> find(const std::string& key);
  /// A of every sample of a complete trial that is done.
  Result<std::vector<double>> numerators(const std::string& key);
  Result<std::int64_t> trials_done();

  /// Says that this process is alive; to be called every few seconds.
  Result<void> beat();
  /// Takes out the processes that have died: silent for too long, or ended on this machine.
  Result<void> remove_dead_workers();

  /// A text that is kept by name, such as a confirmation on the test part.
  Result<std::optional<std::string>> note(const std::string& name);
  Result<void> keep_note(const std::string& name, const std::string& text);
  /// Whether this process is the first to ask by this name among those alive.
  Result<bool> is_first(const std::string& name);

 private:
  explicit Study(Database database) : database_(std::move(database)) {}
  Result<void> begin_or_check(const std::filesystem::path& path, const StudySubject& subject);
  Result<void> join();

  std::mutex mutex_;
  Database database_;
  std::int64_t worker_ = 0;
};

}  // namespace fixgate
