#include "worker/failure.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <cerrno>
#include <functional>
#include <new>
#include <system_error>

using namespace assay;

namespace {

Failure failure_of(const std::function<void()>& action, std::uint64_t memory = 0) {
  try {
    action();
  } catch (...) {
    return current_failure(memory);
  }
  return {"none", "nothing was thrown"};
}

struct Strange {};

}  // namespace

TEST_CASE("plain errors keep their words, others gain their type") {
  CHECK(failure_of([] { throw Error("what to do"); }).message == "what to do");
  CHECK(failure_of([] { throw Error("what to do"); }).kind == "exception");
  CHECK(failure_of([] { throw std::runtime_error("plain"); }).message == "plain");
  CHECK(failure_of([] { throw std::out_of_range("map::at"); }).message == "std::out_of_range: map::at");
  CHECK(failure_of([] { throw std::runtime_error(""); }).message == "std::runtime_error");
}

TEST_CASE("things that are no exceptions are named by type") {
  CHECK(failure_of([] { throw 42; }).message == "threw something that is no exception, of type int");
  CHECK(failure_of([] { throw Strange(); }).message.find("Strange") != std::string::npos);
  CHECK(failure_of([] { throw "words"; }).message == "threw the text: words");
  CHECK(failure_of([] { throw std::string("words"); }).message == "threw the text: words");
}

TEST_CASE("LibTorch's errors come without their backtrace") {
  const Failure failure = failure_of([] { at::ones({2, 3}) + at::ones({4, 5}); });
  CHECK(failure.kind == "exception");
  CHECK(failure.message.find("must match the size of tensor b") != std::string::npos);
  CHECK(failure.message.find("frame #0") == std::string::npos);
}

TEST_CASE("memory that ran out is a kind of its own, with the limit") {
  const Failure plain = failure_of([] { throw std::bad_alloc(); });
  CHECK(plain.kind == "memory");
  CHECK(plain.message == "out of memory");
  CHECK(failure_of([] { throw std::bad_alloc(); }, 512 << 20).message ==
        "out of memory: the job may use 512 MiB");
  const Failure torch = failure_of([] { at::empty({std::int64_t{1} << 58}, at::kByte); }, 512 << 20);
  CHECK(torch.kind == "memory");
  CHECK(torch.message.find("out of memory: the job may use 512 MiB (") == 0);
}

TEST_CASE("a full disk is a kind of its own") {
  CHECK(failure_of([] {
          throw std::system_error(ENOSPC, std::generic_category(), "writing");
        }).kind == "disk");
  CHECK(failure_of([] { throw Error("cannot write x: No space left on device"); }).kind == "disk");
  CHECK(failure_of([] {
          throw std::system_error(ENOENT, std::generic_category(), "writing");
        }).kind == "exception");
}
