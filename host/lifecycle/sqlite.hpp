// SQLite behind our own words: a database, its prepared statements and transactions, each given back by its
// destructor, and every failure an Error that says what to do about it.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace slipway::lifecycle::sqlite {

class Database {
 public:
  static Result<Database> open(const std::filesystem::path& file);  // made if it is not there

  Status run(const std::string& sql);                    // whatever rows it returns are of no interest
  Result<std::int64_t> integer(const std::string& sql);  // the first column of the first row
  std::string name() const { return sqlite3_db_filename(handle_.get(), "main"); }
  sqlite3* get() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// What went wrong last on this connection, and what to do about it.
Error failure(sqlite3* connection);

// One statement, prepared once and run as often as needed.
//
//   Query query = statement.query(model, version);      // binds ?1, ?2
//   while (query.next()) use(query.text(0));
//   if (Status ended = query.status(); !ended) ...
class Statement {
 public:
  class Query;
  static Result<Statement> prepare(const Database& database, std::string_view sql);

  template <class... Values>
  Query query(const Values&... values);
  template <class... Values>
  Status run(const Values&... values);  // for statements that return no rows

 private:
  void bind(int at, std::string_view text);
  void bind(int at, double number);
  void bind(int at, std::int64_t number);
  void bind(int at, std::nullopt_t);
  template <class T>
  void bind(int at, const std::optional<T>& value) {
    value ? bind(at, *value) : bind(at, std::nullopt);
  }

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// A statement that runs. It is reset with the object.
class Statement::Query {
 public:
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { sqlite3_reset(statement_); }

  bool next();            // to the next row; false at the end and after a failure
  Status status() const;  // when there is no next row: why

  std::string text(int column) const;
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double number(int column) const { return sqlite3_column_double(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  sqlite3_stmt* statement_;
  int code_ = SQLITE_OK;
};

template <class... Values>
Statement::Query Statement::query(const Values&... values) {
  int at = 0;
  (bind(++at, values), ...);
  return Query(handle_.get());
}

template <class... Values>
Status Statement::run(const Values&... values) {
  Query running = query(values...);
  while (running.next()) {
  }
  return running.status();
}

// Takes back everything since its beginning, unless it was committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Status begin();
  Status commit();

 private:
  Database& database_;
};

}  // namespace slipway::lifecycle::sqlite
