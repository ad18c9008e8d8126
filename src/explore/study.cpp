#include "explore/study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace fixgate {
namespace {

constexpr int kApplication = 0x46584753;  // "FXGS", in the file's header
// Raised whenever a figure could change with the same inputs, or the tables do.
constexpr int kVersion = 1;
constexpr int kSilence = 12;  // seconds without a sign of life: dead

constexpr const char* kNow = "((julianday('now') - 2440587.5) * 86400)";

constexpr const char* kTables = R"(
CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE workers (id INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT, process INTEGER, beat REAL);
CREATE TABLE firsts (name TEXT PRIMARY KEY, worker INTEGER);
CREATE TABLE trials (
  id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, strategy TEXT, seed INTEGER, candidate TEXT, plan TEXT,
  state TEXT NOT NULL, worker INTEGER, ended REAL,
  failure TEXT, samples INTEGER, complete INTEGER, metric REAL, loss REAL, loss_bound REAL, distance REAL,
  footprint REAL, footprint_recurrent REAL, bit_operations REAL, cycles INTEGER, multiplier_bits INTEGER,
  seconds REAL, numerators BLOB);
)";

constexpr const char* kFigures =
    "failure, samples, complete, metric, loss, loss_bound, distance, footprint, footprint_recurrent, "
    "bit_operations, cycles, multiplier_bits, seconds";

/// A transaction that is undone unless it is committed.
class Transaction {
 public:
  static Result<Transaction> begin(const Database& database) {
    FIXGATE_CHECK(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
  }
  ~Transaction() {
    if (database_ != nullptr) (void)database_->execute("ROLLBACK");
  }
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Result<void> commit() { return std::exchange(database_, nullptr)->execute("COMMIT"); }

 private:
  explicit Transaction(const Database& database) : database_(&database) {}
  const Database* database_;
};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

bool has_ended(std::int64_t process) {
  return ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
}

Result<std::optional<std::string>> note_in(const Database& database, const std::string& name) {
  FIXGATE_ASSIGN(Statement statement, database.prepare("SELECT text FROM notes WHERE name = ?"));
  FIXGATE_ASSIGN(const bool found, statement.bind(name).step());
  return found ? std::optional(statement.text(0)) : std::nullopt;
}

Result<void> keep_note_in(const Database& database, const std::string& name, const std::string& text) {
  FIXGATE_ASSIGN(Statement statement, database.prepare("INSERT OR REPLACE INTO notes VALUES (?, ?)"));
  return statement.bind(name).bind(text).run();
}

Result<void> check_subject(const Database& database, const std::string& path, const StudySubject& subject) {
  const std::array<std::pair<const char*, const std::string*>, 3> parts = {
      std::pair{"model", &subject.model}, std::pair{"task", &subject.task}, std::pair{"data", &subject.data}};
  for (const auto& [name, fingerprint] : parts) {
    FIXGATE_ASSIGN(const auto known, note_in(database, name));
    if (known == *fingerprint) continue;
    FIXGATE_ASSIGN(const auto model_name, note_in(database, "model_name"));
    return fail("{}: is the study of {} with other content of the {}; name another --study", path,
                model_name.value_or("an unknown model"), name);
  }
  return {};
}

Figures figures_from(const Statement& row) {
  Figures figures;
  figures.failure = row.text(0);
  figures.samples = row.integer(1);
  figures.complete = row.integer(2) != 0;
  figures.metric = row.real(3);
  figures.loss = row.real(4);
  figures.loss_bound = row.real(5);
  figures.distance = row.real(6);
  figures.footprint = row.real(7);
  figures.footprint_recurrent = row.real(8);
  figures.bit_operations = row.real(9);
  figures.cycles = row.integer(10);
  figures.multiplier_bits = row.integer(11);
  figures.seconds = row.real(12);
  return figures;
}

void bind_figures(Statement& statement, const Figures& figures) {
  statement.bind(figures.failure)
      .bind(figures.samples)
      .bind(std::int64_t{figures.complete})
      .bind(figures.metric)
      .bind(figures.loss)
      .bind(figures.loss_bound)
      .bind(figures.distance)
      .bind(figures.footprint)
      .bind(figures.footprint_recurrent)
      .bind(figures.bit_operations)
      .bind(figures.cycles)
      .bind(figures.multiplier_bits)
      .bind(figures.seconds);
}

}  // namespace

Result<std::unique_ptr<Study>> Study::open(const std::filesystem::path& path, const StudySubject& subject) {
  FIXGATE_ASSIGN(Database database, Database::open(path));
  std::unique_ptr<Study> study(new Study(std::move(database)));
  FIXGATE_CHECK(study->begin_or_check(path, subject));
  FIXGATE_CHECK(study->join());
  FIXGATE_CHECK(study->remove_dead_workers());
  return study;
}

Result<void> Study::begin_or_check(const std::filesystem::path& path, const StudySubject& subject) {
  // A rollback journal, not a write-ahead log: it works on file systems that machines share.
  // What a killed process has written is not lost. Waiting for the disk at every trial would take longer than
  // trials of small networks, and lock other processes out meanwhile.
  FIXGATE_CHECK(database_.execute("PRAGMA synchronous = OFF"));
  FIXGATE_ASSIGN(Transaction transaction, Transaction::begin(database_));
  FIXGATE_ASSIGN(const std::int64_t application, database_.integer("PRAGMA application_id"));
  FIXGATE_ASSIGN(const std::int64_t version, database_.integer("PRAGMA user_version"));
  FIXGATE_ASSIGN(const std::int64_t tables, database_.integer("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && tables == 0) {
    FIXGATE_CHECK(database_.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};{}",
                                                kApplication, kVersion, kTables)));
    FIXGATE_CHECK(keep_note_in(database_, "model_name", subject.model_name));
    FIXGATE_CHECK(keep_note_in(database_, "model", subject.model));
    FIXGATE_CHECK(keep_note_in(database_, "task", subject.task));
    FIXGATE_CHECK(keep_note_in(database_, "data", subject.data));
    return transaction.commit();
  }
  if (application != kApplication)
    return fail("{}: is an SQLite file, but no study; name another --study", path.string());
  if (version != kVersion)
    return fail("{}: is a study of another version of fixgate ({}, this is {}); name another --study",
                path.string(), version, kVersion);
  FIXGATE_ASSIGN(Statement check, database_.prepare("PRAGMA quick_check(1)"));
  FIXGATE_ASSIGN(const bool checked, check.step());
  if (!checked || check.text(0) != "ok")
    return fail("{}: is damaged; move it away to begin a new study", path.string());
  return check_subject(database_, path.string(), subject);
}

Result<void> Study::join() {
  FIXGATE_ASSIGN(Statement statement,
                 database_.prepare(fmt::format("INSERT INTO workers (host, process, beat) VALUES (?, ?, {}) "
                                               "RETURNING id",
                                               kNow)));
  FIXGATE_CHECK(statement.bind(host_name()).bind(std::int64_t{::getpid()}).step());
  worker_ = statement.integer(0);
  return statement.run();
}

Study::~Study() {
  if (worker_ == 0) return;  // it never joined
  const std::lock_guard lock(mutex_);
  (void)database_.execute(
      fmt::format("UPDATE trials SET state = 'open' WHERE state = 'claimed' AND worker = {0};"
                  "DELETE FROM workers WHERE id = {0}",
                  worker_));
}

Result<void> Study::request(const std::vector<TrialRequest>& trials) {
  const std::lock_guard lock(mutex_);
  FIXGATE_ASSIGN(Transaction transaction, Transaction::begin(database_));
  for (const TrialRequest& trial : trials) {
    FIXGATE_ASSIGN(
        Statement statement,
        database_.prepare("INSERT OR IGNORE INTO trials (key, strategy, seed, candidate, plan, state) "
                          "VALUES (?, ?, ?, ?, ?, 'open')"));
    FIXGATE_CHECK(statement.bind(trial.key)
                      .bind(trial.strategy)
                      .bind(static_cast<std::int64_t>(trial.seed))
                      .bind(fmt::format("{}", fmt::join(trial.candidate, " ")))
                      .bind(trial.plan)
                      .run());
  }
  return transaction.commit();
}

Result<bool> Study::claim(const std::string& key) {
  const std::lock_guard lock(mutex_);
  FIXGATE_ASSIGN(
      Statement statement,
      database_.prepare("UPDATE trials SET state = 'claimed', worker = ? WHERE key = ? AND (state = "
                        "'open' OR (state = 'claimed' AND worker NOT IN (SELECT id FROM workers)))"));
  FIXGATE_CHECK(statement.bind(worker_).bind(key).run());
  return database_.changes() == 1;
}

Result<void> Study::store(const std::string& key, const TrialResult& result) {
  const std::lock_guard lock(mutex_);
  // Whoever comes first: a process that was taken for dead has computed the same.
  FIXGATE_ASSIGN(Statement statement,
                 database_.prepare(fmt::format(
                     "UPDATE trials SET ({}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?), numerators = ?, "
                     "state = 'done', ended = {} WHERE key = ? AND state <> 'done'",
                     kFigures, kNow)));
  bind_figures(statement, result.figures);
  std::vector<float> numerators;
  if (result.figures.complete) numerators.assign(result.numerators.begin(), result.numerators.end());
  return statement.bind(std::span<const float>(numerators)).bind(key).run();
}

Result<void> Study::release(const std::string& key) {
  const std::lock_guard lock(mutex_);
  FIXGATE_ASSIGN(Statement statement,
                 database_.prepare("UPDATE trials SET state = 'open' WHERE key = ? AND state = 'claimed' AND "
                                   "worker = ?"));
  return statement.bind(key).bind(worker_).run();
}

Result<std::optional<Figures>> Study::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  FIXGATE_ASSIGN(
      Statement statement,
      database_.prepare(fmt::format("SELECT {} FROM trials WHERE key = ? AND state = 'done'", kFigures)));
  FIXGATE_ASSIGN(const bool found, statement.bind(key).step());
  return found ? std::optional(figures_from(statement)) : std::nullopt;
}

Result<std::vector<double>> Study::numerators(const std::string& key) {
  const std::lock_guard lock(mutex_);
  FIXGATE_ASSIGN(Statement statement, database_.prepare("SELECT numerators FROM trials WHERE key = ?"));
  FIXGATE_CHECK(statement.bind(key).step());
  const std::span<const float> kept = statement.floats(0);
  return std::vector<double>(kept.begin(), kept.end());
}

Result<std::int64_t> Study::trials_done() {
  const std::lock_guard lock(mutex_);
  return database_.integer("SELECT count(*) FROM trials WHERE state = 'done'");
}

Result<void> Study::beat() {
  const std::lock_guard lock(mutex_);
  FIXGATE_ASSIGN(Statement statement,
                 database_.prepare(fmt::format("INSERT OR REPLACE INTO workers VALUES (?, ?, ?, {})", kNow)));
  return statement.bind(worker_).bind(host_name()).bind(std::int64_t{::getpid()}).run();
}

Result<void> Study::remove_dead_workers() {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> dead;
  FIXGATE_ASSIGN(Statement statement,
                 database_.prepare(fmt::format(
                     "SELECT id, host, process, beat < {} - {} FROM workers WHERE id <> ?", kNow, kSilence)));
  statement.bind(worker_);
  while (true) {
    FIXGATE_ASSIGN(const bool is_row, statement.step());
    if (!is_row) break;
    const bool is_here = statement.text(1) == host_name();
    if (statement.integer(3) != 0 || (is_here && has_ended(statement.integer(2))))
      dead.push_back(statement.integer(0));
  }
  if (dead.empty()) return {};
  return database_.execute(fmt::format("DELETE FROM workers WHERE id IN ({})", fmt::join(dead, ", ")));
}

Result<std::optional<std::string>> Study::note(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return note_in(database_, name);
}

Result<void> Study::keep_note(const std::string& name, const std::string& text) {
  const std::lock_guard lock(mutex_);
  return keep_note_in(database_, name, text);
}

Result<bool> Study::is_first(const std::string& name) {
  const std::lock_guard lock(mutex_);
  FIXGATE_ASSIGN(
      Statement statement,
      database_.prepare("INSERT INTO firsts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET worker = "
                        "excluded.worker WHERE worker NOT IN (SELECT id FROM workers)"));
  FIXGATE_CHECK(statement.bind(name).bind(worker_).run());
  return database_.changes() == 1;
}

}  // namespace fixgate
