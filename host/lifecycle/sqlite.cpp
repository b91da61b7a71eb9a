#include "lifecycle/sqlite.hpp"

namespace slipway::lifecycle::sqlite {
namespace {

struct Advice {
  Code code;
  const char* what;
};

Advice advice_for(int code) {
  switch (code) {
    case SQLITE_FULL:
      return {Code::unavailable, "the disk is full: make room and try again; nothing was changed"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::io, "it is damaged: restore it from a backup"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::unavailable, "another program has it open: end that one and try again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {
          Code::io,
          "it cannot be written: see to its owner and permissions, and that its file system is not mounted "
          "read-only"};
    case SQLITE_CANTOPEN:
      return {Code::io, "it cannot be opened: see to the owner and permissions of it and of its folder"};
    case SQLITE_IOERR:
      return {Code::io, "the disk does not work as it should: look at the system's log"};
    case SQLITE_CONSTRAINT:
      return {Code::failed_precondition, "the change contradicts what is there"};
    case SQLITE_TOOBIG:
      return {Code::limit_exceeded, "a text is too long"};
    default:
      return {Code::internal, "a statement failed"};
  }
}

}  // namespace

Error failure(sqlite3* connection) {
  const char* const file = sqlite3_db_filename(connection, "main");  // null while it could not be opened
  const Advice advice = advice_for(sqlite3_errcode(connection) & 0xff);
  return {advice.code, (file == nullptr ? std::string() : std::string(file) + ": ") + advice.what + " (" +
                           sqlite3_errmsg(connection) + ")"};
}

Result<Database> Database::open(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  // NOMUTEX: a connection is used by one thread at a time.
  const int code = sqlite3_open_v2(
      file.c_str(), &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database;
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return failure(handle).within(file.string());
  return database;
}

Status Database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(handle_.get());
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  Result<Statement> statement = Statement::prepare(*this, sql);
  if (!statement) return std::move(statement).error();
  Statement::Query query = statement->query();
  if (!query.next())
    return query.status().ok() ? Error(Code::internal, sql + ": no row") : query.status().error();
  return query.integer(0);
}

Result<Statement> Statement::prepare(const Database& database, std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return failure(database.get());
  Statement statement;
  statement.handle_.reset(handle);
  return statement;
}

// A value that could not be bound (no memory for it) leaves NULL, which the columns' NOT NULL refuses.
void Statement::bind(int at, std::string_view text) {
  sqlite3_bind_text(handle_.get(), at, text.empty() ? "" : text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
}
void Statement::bind(int at, double number) {
  sqlite3_bind_double(handle_.get(), at, number);
}
void Statement::bind(int at, std::int64_t number) {
  sqlite3_bind_int64(handle_.get(), at, number);
}
void Statement::bind(int at, std::nullopt_t) {
  sqlite3_bind_null(handle_.get(), at);
}

bool Statement::Query::next() {
  code_ = sqlite3_step(statement_);
  return code_ == SQLITE_ROW;
}

Status Statement::Query::status() const {
  if (code_ == SQLITE_DONE || code_ == SQLITE_ROW) return {};
  return failure(sqlite3_db_handle(statement_));
}

std::string Statement::Query::text(int column) const {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

Status Transaction::begin() {
  return database_.run("BEGIN IMMEDIATE");
}

Status Transaction::commit() {
  return database_.run("COMMIT");
}

Transaction::~Transaction() {
  if (sqlite3_get_autocommit(database_.get()) == 0) (void)database_.run("ROLLBACK");
}

}  // namespace slipway::lifecycle::sqlite
