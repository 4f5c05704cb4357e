#include "worker/channel.h"

#include <assay/common/error.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <poll.h>
#include <signal.h>
#include <thread>
#include <unistd.h>

namespace assay {

namespace {

// Out of the way of what a plugin may open or close by number. Limits below this are rare.
constexpr int high_number = 512;

void replace_descriptor(int number, const char* file, int flags) {
  const int opened = ::open(file, flags | O_CLOEXEC, 0644);
  if (opened < 0) throw Error(std::string("cannot open ") + file + ": " + std::strerror(errno));
  if (opened == number) {  // it was closed, and the lowest that was free
    ::fcntl(number, F_SETFD, 0);
    return;
  }
  ::dup2(opened, number);
  ::close(opened);
}

}  // namespace

int hide_descriptor(int number) {
  int hidden = ::fcntl(number, F_DUPFD_CLOEXEC, high_number);
  if (hidden < 0) hidden = ::fcntl(number, F_DUPFD_CLOEXEC, 3);
  if (hidden < 0) {
    throw Error("descriptor " + std::to_string(number) + " is not open: assay-worker --serve is "
                "started by `assay run`, with a pipe as its standard input and output");
  }
  return hidden;
}

void detach_standard_streams() {
  replace_descriptor(STDIN_FILENO, "/dev/null", O_RDONLY);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

void redirect_output(const std::string& file) {
  // What is still buffered belongs to the job before.
  std::cout.flush();
  std::fflush(nullptr);
  replace_descriptor(STDOUT_FILENO, file.c_str(), O_WRONLY | O_CREAT | O_APPEND);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
}

std::optional<std::string> Channel::receive() {
  for (;;) {
    if (const auto end = received_.find('\n'); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(in_, buffer.data(), buffer.size());
    if (count > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return std::nullopt;
    }
  }
}

void Channel::send(const Json& document) {
  // Messages of plugins may hold any bytes.
  const std::string line = document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const std::lock_guard<std::mutex> lock(sending_);
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t count = ::write(out_, line.data() + sent, line.size() - sent);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      ::_exit(0);
    }
  }
}

void Channel::watch_for_hangup() {
  std::thread([in = in_] {
    // Signals are the main thread's.
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    for (;;) {
      pollfd polled{in, 0, 0};
      ::poll(&polled, 1, -1);
      if ((polled.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) ::_exit(0);
    }
  }).detach();
}

}  // namespace assay
