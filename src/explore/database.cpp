#include "explore/database.h"

#include <sqlite3.h>

namespace fixgate {
namespace {

constexpr int kPatience = 10000;  // milliseconds until a lock is an error

tl::unexpected<Error> explain(const std::string& path, int status) {
  switch (status & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail("{}: is locked by another program; try again when that has ended", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail("{}: is damaged, or no study; move it away to begin a new one", path);
    case SQLITE_FULL:
      return fail("{}: cannot be written: No space left on device", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return fail("{}: may not be written", path);
    case SQLITE_CANTOPEN:
      return fail("{}: cannot be opened or made", path);
    default:
      return fail("{}: {}", path, sqlite3_errstr(status));
  }
}

}  // namespace

void Statement::Finalise::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t value) {
  status_ |= sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(double value) {
  status_ |= sqlite3_bind_double(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  status_ |= sqlite3_bind_text(statement_.get(), ++bound_, value.data(), static_cast<int>(value.size()),
                               SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(std::span<const float> values) {
  status_ |= sqlite3_bind_blob(statement_.get(), ++bound_, values.data(),
                               static_cast<int>(values.size_bytes()), SQLITE_TRANSIENT);
  return *this;
}

Result<bool> Statement::step() {
  if (status_ != SQLITE_OK) return explain(path_, status_);
  const int status = sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return explain(path_, status);
}

Result<void> Statement::run() {
  FIXGATE_CHECK(step());
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return text == nullptr ? std::string() : std::string(text, size);
}

std::span<const float> Statement::floats(int column) const {
  const auto* values = static_cast<const float*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {values, values == nullptr ? 0 : size / sizeof(float)};
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<Database> Database::open(const std::filesystem::path& path) {
  Database opened;
  opened.path_ = path.string();
  sqlite3* database = nullptr;
  const int status = sqlite3_open_v2(
      path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  opened.database_.reset(database);
  if (status != SQLITE_OK) return explain(opened.path_, status);
  sqlite3_busy_timeout(database, kPatience);
  return opened;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (status != SQLITE_OK) return explain(path_, status);
  return Statement(path_, statement);
}

Result<void> Database::execute(const std::string& sql) const {
  const int status = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return explain(path_, status);
  return {};
}

Result<std::int64_t> Database::integer(std::string_view sql) const {
  FIXGATE_ASSIGN(Statement statement, prepare(sql));
  FIXGATE_ASSIGN(const bool is_row, statement.step());
  if (!is_row) return explain(path_, SQLITE_CORRUPT);
  return statement.integer(0);
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(database_.get());
}

}  // namespace fixgate
