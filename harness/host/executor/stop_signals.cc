#include "host/executor/stop_signals.h"

#include <assay/common/error.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace assay {

namespace {

constexpr int caught[] = {SIGINT, SIGTERM, SIGHUP};
struct sigaction before[3];
int stop_pipe[2] = {-1, -1};
volatile std::sig_atomic_t stop_asked = 0;

void on_signal(int) {
  const int error = errno;
  stop_asked = 1;
  const char byte = 0;
  if (::write(stop_pipe[1], &byte, 1) < 0) {
    // The pipe is full: it is readable already.
  }
  // From now on each of them has its ordinary effect: a second Ctrl-C ends the command at once, and
  // the workers see the end of their pipes.
  for (const int signal : caught) std::signal(signal, SIG_DFL);
  errno = error;
}

}  // namespace

StopSignals::StopSignals() {
  if (::pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  stop_asked = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : caught) sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < std::size(caught); ++i) {
    ::sigaction(caught[i], nullptr, &before[i]);
    // nohup: a signal that is ignored stays ignored.
    if (before[i].sa_handler != SIG_IGN) ::sigaction(caught[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < std::size(caught); ++i) ::sigaction(caught[i], &before[i], nullptr);
  for (int& end : stop_pipe) {
    ::close(end);
    end = -1;
  }
}

bool StopSignals::asked() const noexcept { return stop_asked != 0; }

int StopSignals::descriptor() const noexcept { return stop_pipe[0]; }

}  // namespace assay
