#include <assay/common/failpoint.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace assay {

namespace {

// Read once: a test sets the variables before the process starts.
struct Settings {
  long kill_at = 0;
  long full_at = 0;
  bool stays_full = false;
  const char* log = nullptr;

  Settings() {
    if (const char* value = std::getenv("ASSAY_FAILPOINT")) kill_at = std::atol(value);
    if (const char* value = std::getenv("ASSAY_FAILPOINT_ENOSPC")) {
      full_at = std::atol(value);
      stays_full = std::strchr(value, '+') != nullptr;
    }
    log = std::getenv("ASSAY_FAILPOINT_LOG");
  }
};

Settings& settings() {
  static Settings read;
  return read;
}

std::atomic<long> passes{0};
std::atomic<long> writes{0};

// One write to a file opened for appending: lines of several processes do not mix.
void append_line(const char* file, const std::string& line) {
  const int descriptor = ::open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return;
  if (::write(descriptor, line.data(), line.size()) < 0) {
    // A log that cannot be written must not change what the process under test does.
  }
  ::close(descriptor);
}

}  // namespace

void failpoint(const char* name) {
  const Settings& set = settings();
  if (set.kill_at == 0 && set.log == nullptr) return;
  const long pass = ++passes;
  if (set.log != nullptr) append_line(set.log, std::string(name) + "\n");
  if (pass == set.kill_at) ::kill(::getpid(), SIGKILL);
}

void restart_failpoints() {
  settings() = Settings();
  passes = 0;
  writes = 0;
}

bool disk_full_failpoint() {
  const Settings& set = settings();
  if (set.full_at == 0) return false;
  const long write = ++writes;
  return set.stays_full ? write >= set.full_at : write == set.full_at;
}

}  // namespace assay
