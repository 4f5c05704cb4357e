#include "host/process/process.h"

#include <assay/common/error.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace assay {

namespace {

using Clock = std::chrono::steady_clock;

// A descriptor that is closed once.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  void set(int value) { close(); value_ = value; }
  bool is_open() const { return value_ >= 0; }
  void close() {
    if (value_ >= 0) ::close(value_);
    value_ = -1;
  }

 private:
  int value_;
};

struct Pipe {
  Descriptor read, write;

  // Close-on-exec from birth: a program started by another thread must not inherit an end, or the
  // end of file would arrive only when that program ends.
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
    }
    read.set(ends[0]);
    write.set(ends[1]);
  }
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  // posix_spawn takes char* const[] for the sake of C; it does not write.
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string name_of(const std::string& entry) { return entry.substr(0, entry.find('=')); }

struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // A group of its own, so that its children can be killed with it; signals as a shell gives them,
    // whatever this process blocks or ignores.
    sigset_t none, standard;
    sigemptyset(&none);
    sigemptyset(&standard);
    for (int signal : {SIGPIPE, SIGINT, SIGTERM, SIGQUIT, SIGCHLD}) sigaddset(&standard, signal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

pid_t spawn(const std::vector<std::string>& argv, const ProcessOptions& options, Pipe& in, Pipe& out,
            Pipe& err) {
  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.actions, in.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, err.write.get(), STDERR_FILENO);
  if (!options.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&settings.actions, options.folder.c_str());
  }
  const std::vector<std::string> environment = changed_environment(options.environment);
  pid_t child = -1;
  const int failure =
      ::posix_spawnp(&child, argv.at(0).c_str(), &settings.actions, &settings.attributes,
                     pointers(argv).data(), pointers(environment).data());
  if (failure != 0) throw Error("cannot start " + argv[0] + ": " + std::strerror(failure));
  return child;
}

void set_nonblocking(const Descriptor& descriptor) {
  ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

// A pipe whose reader has gone must be an error of write, not a signal that ends this process.
class IgnoredSigpipe {
 public:
  IgnoredSigpipe() : previous_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnoredSigpipe() { std::signal(SIGPIPE, previous_); }
  IgnoredSigpipe(const IgnoredSigpipe&) = delete;
  IgnoredSigpipe& operator=(const IgnoredSigpipe&) = delete;

 private:
  void (*previous_)(int);
};

// Appends what can be read now; closes the descriptor at end of file.
void drain(Descriptor& from, std::string& to) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
  if (count > 0) {
    to.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    from.close();
  }
}

void drain_all(Descriptor& from, std::string& to) {
  std::size_t before = to.size() + 1;
  while (from.is_open() && before != to.size()) {
    before = to.size();
    drain(from, to);
  }
}

void feed(Descriptor& to, const std::string& input, std::size_t& written) {
  const ssize_t count = ::write(to.get(), input.data() + written, input.size() - written);
  if (count > 0) written += static_cast<std::size_t>(count);
  const bool gone = count < 0 && errno != EAGAIN && errno != EINTR;
  if (gone || written == input.size()) to.close();
}

// Whether the child has ended; it stays a zombie, so that its number and its group's stay its own
// until the group has been killed.
bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

}  // namespace

std::vector<std::string> changed_environment(const std::vector<std::string>& changes) {
  std::vector<std::string> result;
  for (const std::string& change : changes) {
    if (change.find('=') != std::string::npos) result.push_back(change);
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool replaced = false;
    for (const std::string& change : changes) replaced = replaced || name_of(change) == name_of(*entry);
    if (!replaced) result.emplace_back(*entry);
  }
  return result;
}

std::string signal_text(int signal) {
  const char* name = ::strsignal(signal);
  return "signal " + std::to_string(signal) + (name == nullptr ? "" : " (" + std::string(name) + ")");
}

std::string ProcessResult::how_it_ended(const ProcessOptions& options) const {
  if (timed_out) {
    std::string seconds = std::to_string(static_cast<double>(options.timeout.count()) / 1000);
    seconds.erase(seconds.find_last_not_of('0') + 1);
    if (seconds.back() == '.') seconds.pop_back();
    return "no answer in " + seconds + " s";
  }
  if (too_much_output) {
    return "more than " + std::to_string(options.output_limit) + " bytes of output";
  }
  if (signal != 0) return signal_text(signal);
  return "exit status " + std::to_string(exit_status);
}

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  Pipe in, out, err;
  const IgnoredSigpipe guard;
  const pid_t child = spawn(argv, options, in, out, err);
  in.read.close();
  out.write.close();
  err.write.close();
  set_nonblocking(in.write);
  set_nonblocking(out.read);
  set_nonblocking(err.read);

  ProcessResult result;
  const auto deadline = Clock::now() + options.timeout;
  std::size_t written = 0;
  bool ended = false;
  if (options.input.empty()) in.write.close();
  while (out.read.is_open() || err.read.is_open()) {
    std::array<pollfd, 3> polled = {pollfd{out.read.get(), POLLIN, 0}, pollfd{err.read.get(), POLLIN, 0},
                                    pollfd{in.write.get(), POLLOUT, 0}};
    // Woken at least ten times a second: a grandchild may hold the pipes open after the end.
    ::poll(polled.data(), polled.size(), 100);
    if (polled[0].revents != 0) drain(out.read, result.out);
    if (polled[1].revents != 0) drain(err.read, result.err);
    if (polled[2].revents != 0) feed(in.write, options.input, written);
    result.too_much_output =
        result.out.size() > options.output_limit || result.err.size() > options.output_limit;
    result.timed_out = Clock::now() >= deadline;
    if (result.timed_out || result.too_much_output) break;
    const bool idle = polled[0].revents == 0 && polled[1].revents == 0;
    if (idle && (ended = has_ended(child))) break;
  }
  // It may have written and ended between the poll and the look at it: what is in the pipes is its own.
  if (ended) {
    drain_all(out.read, result.out);
    drain_all(err.read, result.err);
  }
  // It may close its streams and go on: the limit holds until it has ended.
  while (!ended && !result.timed_out && !result.too_much_output) {
    ended = has_ended(child);
    result.timed_out = !ended && Clock::now() >= deadline;
    if (!ended) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(-child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (result.timed_out || result.too_much_output) return result;
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (WIFEXITED(status)) result.exit_status = WEXITSTATUS(status);
  return result;
}

}  // namespace assay
