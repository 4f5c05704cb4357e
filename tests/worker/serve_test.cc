#include "paths.h"
#include "worker_session.h"

#include "host/process/process.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <poll.h>

using namespace assay;

namespace {

std::vector<std::string> phases(const std::vector<Json>& events) {
  std::vector<std::string> names;
  for (const Json& event : events) {
    if (event.at("type") == "phase") names.push_back(event.at("phase"));
  }
  return names;
}

std::string message(const Json& event) { return event.at("error").at("message"); }

std::string worker_program() { return in_build("bin/assay-worker").string(); }

}  // namespace

TEST_CASE("a job reports its start, its phases, its progress and its rows in order") {
  WorkerSession session;
  const Json request = session.cells(good_plugin("xent"), "xent", {}, {2, 0, 1});
  const auto events = session.run(request);
  CHECK(events.front().at("type") == "ready");
  CHECK(events.front().at("pid") == session.worker().pid());
  CHECK(events.at(1) == Json{{"type", "started"}, {"id", request["id"]}});
  const auto names = phases(events);
  REQUIRE(names.size() >= 4);
  CHECK(names.front() == "load");
  CHECK(std::find(names.begin(), names.end(), "create") < std::find(names.begin(), names.end(), "fit"));
  CHECK(std::find(names.begin(), names.end(), "fit") < std::find(names.begin(), names.end(), "score"));
  bool progressed = false;
  for (const Json& event : events) progressed = progressed || event.at("type") == "progress";
  CHECK(progressed);

  const Json& done = events.back();
  REQUIRE(done.at("type") == "done");
  REQUIRE(done.at("rows").size() == 3);
  CHECK(done["rows"][0]["seed"] == 2);
  CHECK(done["rows"][2]["seed"] == 1);
  for (const Json& row : done["rows"]) {
    CHECK(row.at("status") == "done");
    CHECK(row.at("result").at("metrics").at("accuracy").is_number());
  }
  CHECK(done.at("seconds").get<double>() > 0);
  CHECK(done.at("cpu_seconds").get<double>() > 0);
  CHECK(done.at("peak_bytes").get<std::uint64_t>() > 50'000'000);
  CHECK(fs::exists(request["output"].get<std::string>() + "/predictions.safetensors"));
}

TEST_CASE("many jobs run in one worker, each with its own log") {
  WorkerSession session;
  Json first = session.cells(good_plugin("xent"), "xent");
  Json second = session.cells(fault("chatty"), "fault-chatty");
  first["log"] = (session.folder() / "first.log").string();
  CHECK(session.last(first)["type"] == "done");
  CHECK(session.last(second)["type"] == "done");
  CHECK(read_file(session.folder() / "first.log").empty());
  CHECK(session.log().find("without a line's end") != std::string::npos);
}

TEST_CASE("a reference row is a job without a plugin") {
  WorkerSession session;
  Json request = session.cells(good_plugin("xent"), "xent");
  request["reference"] = "weak";
  request["plugin"] = request["plugin_hash"] = request["method"] = "";
  const Json done = session.last(request);
  REQUIRE(done["type"] == "done");
  CHECK(done["rows"][0]["result"]["metrics"]["gain"] == 0);
}

TEST_CASE("a plugin that changed since planning, an unknown method and another family are refused") {
  WorkerSession session;
  Json changed = session.cells(good_plugin("xent"), "xent");
  changed["plugin_hash"] = std::string(32, '0');
  Json event = session.last(changed);
  CHECK(event["type"] == "failed");
  CHECK(event["error"]["kind"] == "exception");
  CHECK(event["error"]["phase"] == "load");
  CHECK(message(event) == good_plugin("xent").string() +
                              ": the plugin has changed since planning: run the command again");

  event = session.last(session.cells(good_plugin("xent"), "xnet"));
  CHECK(message(event) == good_plugin("xent").string() + ": it has no method 'xnet'; it has: xent");

  Json family = session.cells(good_plugin("xent"), "xent");
  family["family"] = "weak_to_stron";
  CHECK(message(session.last(family)).find("(did you mean 'weak_to_strong'?)") != std::string::npos);
}

TEST_CASE("a plugin built for another Assay fails its job in phase load, the worker goes on") {
  WorkerSession session;
  const Json event = session.last(session.cells(broken_fault("wrong_abi"), "any"));
  CHECK(event["error"]["phase"] == "load");
  CHECK(message(event).find("torch: plugin has 2.12.0+cpu, this Assay has ") != std::string::npos);
  CHECK(session.last(session.cells(good_plugin("xent"), "xent"))["type"] == "done");
}

TEST_CASE("a request that lacks something fails its job, one that is none ends the worker") {
  WorkerSession session;
  Json request = session.cells(good_plugin("xent"), "xent");
  request.erase("rows");
  CHECK(message(session.last(request)).find("the request is not as docs/protocol.md says: ") == 0);
  request = session.cells(good_plugin("xent"), "xent");
  request["log"] = (session.folder() / "missing" / "x.log").string();
  CHECK(message(session.last(request)) ==
        "cannot open " + request["log"].get<std::string>() + ": No such file or directory");
  session.run({{"type", "dance"}});
  CHECK(session.end().exit_status == 1);
}

TEST_CASE("a memory limit that nothing fits in fails the job as such") {
  WorkerSession session;
  Json request = session.cells(good_plugin("xent"), "xent");
  request["memory_bytes"] = 1 << 20;
  const Json event = session.last(request);
  CHECK(event["error"]["kind"] == "memory");
  CHECK(message(event).find("out of memory: the job may use 1 MiB") == 0);
  CHECK(session.last(session.cells(good_plugin("xent"), "xent"))["type"] == "done");
}

TEST_CASE("the end of the request pipe ends an idle worker with status 0") {
  const ProcessResult result =
      run_process({worker_program(), "--serve"}, {.timeout = std::chrono::seconds(60)});
  CHECK(result.exit_status == 0);
  CHECK(result.err.empty());
}

TEST_CASE("a worker whose command is gone does not finish its job") {
  WorkerSession session;
  const fs::path requests = session.folder() / "requests";
  write_unpublished(requests, session.cells(fault("hangs"), "fault-hangs", {{"only_seed", -1}}).dump() + "\n");
  // The shell plays the command: it sends a job that never ends, waits until it runs, and dies.
  const std::string script = "{ cat '" + requests.string() + "'; sleep 4; } | '" + worker_program() +
                             "' --serve; echo \"status $?\"";
  const auto begin = std::chrono::steady_clock::now();
  const ProcessResult result = run_process({"/bin/sh", "-c", script}, {.timeout = std::chrono::seconds(60)});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  CHECK(result.out.find("\"phase\":\"fit\"") != std::string::npos);
  CHECK(result.out.find("status 0") != std::string::npos);
  CHECK(seconds.count() < 30);
}

TEST_CASE("a plugin cannot reach the worker's pipes, and programs it starts do not inherit them") {
  WorkerSession session;
  REQUIRE(session.run(session.cells(good_plugin("xent"), "xent")).back()["type"] == "done");
  const std::string folder = "/proc/" + std::to_string(session.worker().pid());
  CHECK(fs::read_symlink(folder + "/fd/0") == "/dev/null");
  CHECK(fs::read_symlink(folder + "/fd/1") == session.folder() / "job.log");
  CHECK(fs::read_symlink(folder + "/fd/2") == session.folder() / "job.log");
  int pipes = 0;
  for (const auto& entry : fs::directory_iterator(folder + "/fd")) {
    const std::string number = entry.path().filename();
    // Lower numbers may come from whoever started the tests.
    if (fs::read_symlink(entry.path()).string().rfind("pipe:", 0) != 0 || std::stoi(number) < 512) continue;
    ++pipes;
    // Octal flags of the descriptor; 02000000 is close-on-exec.
    const std::string info = read_file(folder + "/fdinfo/" + number);
    const auto at = info.find("flags:\t");
    CHECK((std::stoul(info.substr(at + 7), nullptr, 8) & 02000000) != 0);
  }
  CHECK(pipes == 2);
  CHECK(read_file(folder + "/oom_score_adj") == "800\n");
}
