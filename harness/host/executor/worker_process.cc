#include "host/executor/worker_process.h"

#include "host/process/process.h"
#include "host/registry/worker_call.h"

#include <assay/common/error.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace assay {

namespace {

// A line longer than this is not an answer.
constexpr std::size_t longest_line = std::size_t{256} << 20;

struct Pipe {
  int read = -1;
  int write = -1;
};

// Both ends close on exec (siblings must not keep them open, or end-of-file comes only when the last
// of them ends) and lie above the standard descriptors, which the child's own ends replace.
Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw Error(std::string("cannot make a pipe for a worker: ") + std::strerror(errno));
  }
  for (int& end : ends) {
    if (end > 2) continue;
    const int higher = ::fcntl(end, F_DUPFD_CLOEXEC, 3);
    ::close(end);
    end = higher;
  }
  return {ends[0], ends[1]};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

WorkerProcess::WorkerProcess(const std::filesystem::path& program, const std::filesystem::path& log,
                             const std::vector<std::string>& environment) {
  const Pipe requests = make_pipe();
  const Pipe events = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, requests.read, 0);
  posix_spawn_file_actions_adddup2(&actions, events.write, 1);
  posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own: a Ctrl-C in the terminal reaches the command alone, and killing the group
  // takes whatever a plugin has started.
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments = {program.string(), "--serve"};
  std::vector<std::string> changes = worker_environment();
  changes.insert(changes.end(), environment.begin(), environment.end());
  std::vector<std::string> variables = changed_environment(changes);
  const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, &attributes,
                                   pointers(arguments).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(requests.read);
  ::close(events.write);
  requests_ = requests.write;
  events_ = events.read;
  if (failed != 0) {
    ::close(requests_);
    ::close(events_);
    throw Error("cannot start the worker " + program.string() + ": " + std::strerror(failed) +
                " (`assay doctor` checks the installation)");
  }
  ::fcntl(events_, F_SETFL, O_NONBLOCK);
  ::fcntl(requests_, F_SETFL, O_NONBLOCK);
}

WorkerProcess::~WorkerProcess() {
  kill();
  ::close(requests_);
  ::close(events_);
}

bool WorkerProcess::send(const Json& request) {
  const std::string line = request.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::string_view rest = line;
  // The worker reads all the time; five seconds without a taker mean that it never will. SIGPIPE is
  // ignored by the executor.
  while (!rest.empty()) {
    const ssize_t written = ::write(requests_, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait{requests_, POLLOUT, 0};
      if (::poll(&wait, 1, 5000) == 0) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool WorkerProcess::read_lines(std::vector<std::string>& lines) {
  char chunk[1 << 16];
  bool open = true;
  for (;;) {
    const ssize_t got = ::read(events_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      open = errno == EAGAIN;
      break;
    }
    if (got == 0) {
      open = false;
      break;
    }
    buffer_.append(chunk, static_cast<std::size_t>(got));
    if (buffer_.size() > longest_line) return false;
  }
  std::size_t from = 0;
  for (std::size_t end; (end = buffer_.find('\n', from)) != std::string::npos; from = end + 1) {
    lines.push_back(buffer_.substr(from, end - from));
  }
  buffer_.erase(0, from);
  return open;
}

void WorkerProcess::reap(int options) {
  int status = 0;
  rusage usage{};
  pid_t got;
  do {
    got = ::wait4(pid_, &status, options, &usage);
  } while (got < 0 && errno == EINTR);
  if (got != pid_) return;
  reaped_ = true;
  end_.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  if (WIFEXITED(status)) end_.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
}

bool WorkerProcess::ended() {
  if (!reaped_) reap(WNOHANG);
  return reaped_;
}

WorkerEnd WorkerProcess::kill() {
  // Once: afterwards the number may belong to others. Also when the leader has ended: a plugin's own
  // children may be left in the group.
  if (!killed_) ::kill(-pid_, SIGKILL);
  killed_ = true;
  if (!reaped_) reap(0);
  return end_;
}

std::uint64_t WorkerProcess::data_bytes() const {
  const std::string path = "/proc/" + std::to_string(pid_) + "/status";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[4096];
  const ssize_t got = ::read(file, text, sizeof text - 1);
  ::close(file);
  if (got <= 0) return 0;
  text[got] = '\0';
  const char* line = std::strstr(text, "VmData:");
  return line == nullptr ? 0 : std::strtoull(line + 7, nullptr, 10) * 1024;
}

}  // namespace assay
