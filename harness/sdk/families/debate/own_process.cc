#include "sdk/families/debate/own_process.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <assay/common/parameters_json.h>

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace assay::debate {
namespace {

using Clock = std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

// What a process says at its end is CBOR: its moves and what it cost, or what was thrown.

Json packed(const Tensor& value) {
  if (!value.defined()) return nullptr;
  const Tensor plain = value.cpu().contiguous();
  const auto* data = static_cast<const std::uint8_t*>(plain.const_data_ptr());
  return {{"type", static_cast<int>(plain.scalar_type())},
          {"sizes", plain.sizes().vec()},
          {"data", Json::binary(Bytes(data, data + plain.nbytes()))}};
}

Tensor unpacked(const Json& value) {
  if (value.is_null()) return {};
  const auto type = static_cast<at::ScalarType>(value.at("type").get<int>());
  const Tensor plain = at::empty(value.at("sizes").get<std::vector<std::int64_t>>(), type);
  const Bytes& data = value.at("data").get_binary();
  std::memcpy(plain.data_ptr(), data.data(), data.size());
  return plain;
}

/// What the run of a move was left with, row by row.
Json rows_of(Run& run) {
  Json rows = Json::array();
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    const Costs& costs = run.costs(row);
    rows.push_back({{"gradient_samples", costs.gradient_samples},
                    {"forward_samples", costs.forward_samples},
                    {"flops", costs.flops},
                    {"curves", run.curves(row)},
                    {"failure", run.failure(row)}});
  }
  return rows;
}

void add_rows(const Json& rows, Run& run) {
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    const Json& now = rows.at(static_cast<std::size_t>(row));
    Costs& costs = run.costs(row);
    costs.gradient_samples += now.at("gradient_samples").get<std::int64_t>();
    costs.forward_samples += now.at("forward_samples").get<std::int64_t>();
    costs.flops += now.at("flops").get<double>();
    const Tensor here = at::tensor({row}, at::kLong);
    for (const auto& [name, points] : now.at("curves").items()) {
      for (const auto& [step, value] : points.get<Curve>()) {
        run.record(name, step, at::tensor({value}, at::kDouble), here);
      }
    }
    const auto failure = now.at("failure").get<std::string>();
    if (!failure.empty()) run.fail_row(row, failure);
  }
}

Json made_move(const Player& player, const Turn& turn, const Meter& meter, const Run& run) {
  // A run without callbacks: those of the worker's would speak to its command.
  Run own(run.seeds());
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (run.failed(row)) own.fail_row(row, run.failure(row));
  }
  Json said;
  try {
    const Moves moves = player.choose(turn, own);
    said["place"] = packed(moves.place_KG);
    said["value"] = packed(moves.value_KG);
  } catch (const OutOfBudget& error) {
    said = {{"thrown", error.what()}, {"kind", error.time ? "time" : "calls"}};
  } catch (const std::exception& error) {
    said = {{"thrown", error.what()}, {"kind", "exception"}};
  } catch (...) {
    said = {{"thrown", "something that is no std::exception"}, {"kind", "exception"}};
  }
  said["calls"] = packed(meter.calls_KG());
  said["rows"] = rows_of(own);
  return said;
}

[[noreturn]] void speak(int pipe, const Json& said) {
  const Bytes bytes = Json::to_cbor(said);
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t now = ::write(pipe, bytes.data() + written, bytes.size() - written);
    if (now < 0 && errno != EINTR) ::_exit(1);
    if (now > 0) written += static_cast<std::size_t>(now);
  }
  ::_exit(0);
}

/// Everything until the other end is closed; false when the time is up before.
bool listen(int pipe, double seconds, Bytes& bytes) {
  const Clock::time_point start = Clock::now();
  std::array<std::uint8_t, 65536> part;
  while (true) {
    int wait = -1;
    if (seconds > 0) {
      const std::chrono::duration<double> spent = Clock::now() - start;
      if (spent.count() >= seconds) return false;
      wait = static_cast<int>((seconds - spent.count()) * 1e3) + 1;
    }
    pollfd watched{pipe, POLLIN, 0};
    if (::poll(&watched, 1, wait) <= 0) continue;
    const ssize_t now = ::read(pipe, part.data(), part.size());
    if (now == 0) return true;
    if (now > 0) bytes.insert(bytes.end(), part.begin(), part.begin() + now);
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    return "choose ended its process by signal " + std::to_string(WTERMSIG(status)) + " (" +
           ::strsignal(WTERMSIG(status)) + ")";
  }
  return "choose ended its process with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Moves choose_in_own_process(const Player& player, const Turn& turn, Meter& meter, double seconds,
                            Run& run) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0)
    throw Error(std::string("no pipe for a move: ") + ::strerror(errno));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    const std::string why = ::strerror(errno);
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error("no process for a move: " + why);
  }
  if (child == 0) {
    ::close(ends[0]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    at::set_num_threads(1);  // those of the parent's pool are not there
    speak(ends[1], made_move(player, turn, meter, run));
  }
  ::close(ends[1]);
  Bytes bytes;
  // A little more: the meter's own limit says better what is wrong.
  const bool in_time = listen(ends[0], seconds > 0 ? 1.1 * seconds + 0.1 : 0, bytes);
  ::close(ends[0]);
  if (!in_time) ::kill(child, SIGKILL);
  const int status = wait_for(child);
  if (!in_time) throw ProcessLost("choose did not come to an end", true);
  const Json said = Json::from_cbor(bytes, true, false);
  if (said.is_discarded()) throw ProcessLost(how_it_ended(status), false);
  meter.add_calls(unpacked(said.at("calls")));
  add_rows(said.at("rows"), run);
  if (said.contains("thrown")) {
    const auto text = said.at("thrown").get<std::string>();
    if (said.at("kind") == "exception") throw Error(text);
    throw OutOfBudget(text, said.at("kind") == "time");
  }
  return {unpacked(said.at("place")), unpacked(said.at("value"))};
}

}  // namespace assay::debate
