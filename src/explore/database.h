// SQLite, with errors that a person can act on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "diagnostic/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fixgate {

/// One SQL statement; parameters and columns count from 0. An error of bind() is told by step().
class Statement {
 public:
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view value);
  Statement& bind(std::span<const float> values);

  /// Whether there is a row.
  Result<bool> step();
  /// step() of a statement that gives no row.
  Result<void> run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::span<const float> floats(int column) const;

 private:
  friend class Database;
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(const std::string& path, sqlite3_stmt* statement) : path_(path), statement_(statement) {}

  std::string path_;
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
  int bound_ = 0;
  int status_ = 0;
};

class Database {
 public:
  /// The file, made if it is not there. Errors: it cannot be opened or made.
  static Result<Database> open(const std::filesystem::path& path);

  /// Errors: locked for longer than a person would wait, damaged, the disk full.
  Result<Statement> prepare(std::string_view sql) const;
  /// Statements without parameters and rows, separated by semicolons.
  Result<void> execute(const std::string& sql) const;
  /// The first column of the first row. Error: no row.
  Result<std::int64_t> integer(std::string_view sql) const;
  /// Rows that the last statement changed.
  [[nodiscard]] std::int64_t changes() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace fixgate
