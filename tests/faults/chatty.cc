// Trains well, but meddles with the standard streams: writes to them, reads, closes. It must succeed.
#include "fault.h"

#include <cstdio>
#include <iostream>
#include <string>
#include <unistd.h>

namespace {

using namespace assay;

class Chatty final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    std::puts("{\"type\": \"noise while being described\"}");
    return MethodInfo("fault-chatty").summary("Writes much, and reads what is not its own");
  }
  explicit Chatty(const Parameters&) { std::cout << "{\"type\": \"done\"}" << std::endl; }
  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    const std::string line(4000, '#');
    for (int i = 0; i < 500; ++i) {
      std::printf("%s\n", line.c_str());
      std::cerr << line << '\n';
    }
    std::string word;
    const bool read = static_cast<bool>(std::cin >> word);
    std::printf("standard input gave %s\n", read ? "something" : "nothing");
    for (int i = 0; i < 100; ++i) run.progress(i / 100.0);
    ::close(STDIN_FILENO);
    std::printf("without a line's end");  // and not flushed
    return problem.student;
  }
};

}  // namespace

ASSAY_METHOD(Chatty);
