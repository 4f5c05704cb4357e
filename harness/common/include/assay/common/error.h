// The one exception class of Assay, and the exit statuses of its commands.
#pragma once

#include <stdexcept>
#include <string>

namespace assay {

/// Exit statuses of the `assay` command (docs/commands.md).
enum class ExitStatus : int {
  done = 0,
  some_failed = 1,
  wrong_use = 2,
  inconclusive = 3,
  missing = 4,
  interrupted = 130,
};

/// An error that a person should read: the text says where, what is wrong, and what to do.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ExitStatus status = ExitStatus::some_failed)
      : std::runtime_error(message), status_(status) {}

  ExitStatus status() const noexcept { return status_; }

 private:
  ExitStatus status_;
};

}  // namespace assay
