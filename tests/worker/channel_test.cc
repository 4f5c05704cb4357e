#include "worker/channel.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace assay;

TEST_CASE("a standard stream that is closed is opened, and stays open in programs started later") {
  // In a child: the test program keeps its own streams.
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDIN_FILENO);
    detach_standard_streams();
    char byte = 0;
    const bool empty = ::read(STDIN_FILENO, &byte, 1) == 0;
    const bool inherited = ::fcntl(STDIN_FILENO, F_GETFD) == 0;
    ::_exit((empty ? 0 : 1) + (inherited ? 0 : 2));
  }
  REQUIRE(child > 0);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
