#include "worker/crash_trace.h"

#include <array>
#include <cstring>
#include <execinfo.h>
#include <initializer_list>
#include <signal.h>
#include <string_view>
#include <unistd.h>

namespace assay {

namespace {

// Written by the job's thread, read by the handler: fixed storage, always terminated.
std::array<char, 256> place{};

void print(std::string_view text) {
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

// Only what a signal handler may call. Should the backtrace hang on a lock that the crashed code
// holds, the alarm ends the process.
void on_crash(int signal) {
  ::alarm(5);
  const char digits[] = {static_cast<char>('0' + signal / 10), static_cast<char>('0' + signal % 10)};
  print("\nassay-worker: died of signal ");
  print({digits[0] == '0' ? digits + 1 : digits, digits[0] == '0' ? 1U : 2U});
  print({place.data(), ::strnlen(place.data(), place.size())});
  print("; the calls were, innermost first:\n");
  std::array<void*, 64> frames;
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  ::backtrace_symbols_fd(frames.data(), count, STDERR_FILENO);
  // SA_RESETHAND has restored the default action.
  ::raise(signal);
}

}  // namespace

void name_place(const std::string& job, const std::string& phase) {
  const std::string text = " in job " + job + ", phase " + phase;
  const std::size_t length = std::min(text.size(), place.size() - 1);
  std::memcpy(place.data(), text.data(), length);
  place[length] = '\0';
}

void trace_crashes() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // The first call loads a library, which a handler must not do.
  std::array<void*, 1> frame;
  ::backtrace(frame.data(), 1);
  // A stack of its own, for the stack that overflowed.
  static std::array<char, 65536> stack;
  stack_t alternative{};
  alternative.ss_sp = stack.data();
  alternative.ss_size = stack.size();
  ::sigaltstack(&alternative, nullptr);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    struct sigaction action {};
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND;
    ::sigaction(signal, &action, nullptr);
  }
#endif
}

}  // namespace assay
