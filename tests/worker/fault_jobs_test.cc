// Every way of misbehaving, in a worker of its own process: what the command gets to see.
#include "paths.h"
#include "worker_session.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>
#include <csignal>

using namespace assay;

namespace {

struct Expected {
  Json parameters;
  std::string kind, phase, message;
};

void check_failures(const fs::path& plugin, const std::string& id, const std::vector<Expected>& cases) {
  WorkerSession session;
  for (const Expected& expected : cases) {
    INFO(expected.parameters);
    const Json event = session.last(session.cells(plugin, id, expected.parameters));
    REQUIRE(event["type"] == "failed");
    CHECK(event["error"]["kind"] == expected.kind);
    CHECK(event["error"]["phase"] == expected.phase);
    CHECK(event["error"]["message"].get<std::string>().find(expected.message) == 0);
    CHECK(session.log().find("assay-worker: failed in phase " + expected.phase + ": " +
                             expected.message) != std::string::npos);
  }
  // None of it has hurt the worker.
  CHECK(session.last(session.cells(good_plugin("xent"), "xent"))["type"] == "done");
}

Json throws(const char* where, const char* what) {
  return {{"where", where}, {"what", what}, {"only_seed", -1}};
}

}  // namespace

TEST_CASE("whatever a method throws becomes a failed job with kind, phase and message") {
  check_failures(
      fault("throws"), "fault-throws",
      {{throws("fit", "error"), "exception", "fit", "the method gives up"},
       {throws("constructor", "error"), "exception", "create", "the method gives up"},
       {throws("fit", "out_of_range"), "exception", "fit", "std::out_of_range: map::at"},
       {throws("fit", "number"), "exception", "fit",
        "threw something that is no exception, of type int"},
       {throws("constructor", "hidden"), "exception", "create",
        "threw something that is no exception, of type (anonymous namespace)::Hidden"},
       {throws("fit", "text"), "exception", "fit", "threw the text: a text"},
       {throws("fit", "torch"), "exception", "fit", "The size of tensor a (3) must match"},
       {throws("fit", "bad_alloc"), "memory", "fit", "out of memory"},
       {throws("fit", "full_disk"), "disk", "fit", "std::system_error: writing: No space left"}});
}

TEST_CASE("a worker that dies has said in which job and phase it was") {
  const std::vector<std::pair<std::string, WorkerEnd>> ways = {
      {"segfault", {-1, SIGSEGV}}, {"abort", {-1, SIGABRT}}, {"terminate", {-1, SIGABRT}},
      {"overflow", {-1, SIGSEGV}}, {"kill", {-1, SIGKILL}},  {"exit", {0, 0}},
      {"_exit", {7, 0}}};
  for (const auto& [how, end] : ways) {
    INFO(how);
    WorkerSession session;
    const Json request =
        session.cells(fault("dies"), "fault-dies", {{"how", how}, {"only_seed", -1}});
    const Json event = session.last(request);
    CHECK(event["type"] == "phase");
    CHECK(event["phase"] == "fit");
    CHECK(session.end().exit_status == end.exit_status);
    CHECK(session.end().signal == end.signal);
    if (end.signal == SIGSEGV || end.signal == SIGABRT) {
      CHECK(session.log().find("assay-worker: died of signal " + std::to_string(end.signal) +
                               " in job " + request["id"].get<std::string>() + ", phase fit") !=
            std::string::npos);
      CHECK(session.log().find("fault_dies.so") != std::string::npos);
    }
  }
}

TEST_CASE("a debater that dies in a game loses that game, and its cell is done") {
  WorkerSession session;
  Json request = session.cells(fault("dies_in_a_game"), "fault-dies-in-a-game");
  request["family"] = "debate";
  request["settings"] = resolved_settings(
      "debate", {{"task", {{"use", "evidence"}, {"places", 6}, {"questions", 4}}},
                 {"turns", 4}, {"pool", "random"}});
  request["inputs"] = Json::object();
  const Json event = session.last(request);
  REQUIRE(event["type"] == "done");
  for (const Json& row : event["rows"]) {
    REQUIRE(row["status"] == "done");
    // Of four games it loses one: as one side against the pool (4 matches) and as a consultant (2);
    // against itself (2) whoever moves first dies first, of two sides: 8 of 40.
    const Json& metrics = row["result"]["metrics"];
    CHECK(metrics["forfeits"].get<double>() == Approx(0.2));
    CHECK(metrics["forfeits_crash"] == metrics["forfeits"]);
  }
  CHECK(session.log().find("games: choose ended its process by signal 11 (Segmentation fault)") !=
        std::string::npos);
  CHECK(session.last(session.cells(good_plugin("xent"), "xent"))["type"] == "done");
}

TEST_CASE("a method that crashes for one seed works in cohorts without it") {
  WorkerSession session;
  const Json parameters = {{"how", "segfault"}, {"only_seed", 2}};
  CHECK(session.last(session.cells(fault("dies"), "fault-dies", parameters, {0, 1}))["type"] == "done");
  CHECK(session.last(session.cells(fault("dies"), "fault-dies", parameters, {1, 2}))["type"] == "phase");
  CHECK(session.end().signal == SIGSEGV);
}

TEST_CASE("a method that eats memory meets its limit, and the next job has all of it again") {
  WorkerSession session;
  for (const char* kind : {"tensor", "heap"}) {
    INFO(kind);
    Json request = session.cells(fault("eats_memory"), "fault-eats-memory",
                                 {{"kind", kind}, {"gigabytes", 64}, {"only_seed", -1}});
    request["memory_bytes"] = std::uint64_t{1} << 30;
    const Json event = session.last(request);
    REQUIRE(event["type"] == "failed");
    CHECK(event["error"]["kind"] == "memory");
    CHECK(event["error"]["phase"] == "fit");
    CHECK(event["error"]["message"].get<std::string>().find(
              "out of memory: the job may use 1024 MiB") == 0);
    CHECK(event["peak_bytes"].get<std::uint64_t>() < (std::uint64_t{3} << 29));
  }
  CHECK(session.last(session.cells(good_plugin("xent"), "xent"))["type"] == "done");
  CHECK(read_file("/proc/" + std::to_string(session.worker().pid()) + "/limits")
            .find("Max data size             unlimited") != std::string::npos);
}

TEST_CASE("what earlier jobs have left behind does not count against a job's memory") {
  WorkerSession session;
  REQUIRE(session.last(session.cells(fault("eats_memory"), "fault-eats-memory",
                                     {{"kind", "leak"}, {"gigabytes", 1}, {"only_seed", -1}}))["type"] ==
          "done");
  Json request = session.cells(good_plugin("xent"), "xent");
  request["memory_bytes"] = std::uint64_t{1} << 29;
  CHECK(session.last(request)["type"] == "done");
}

TEST_CASE("a job does not inherit the numeric settings that another has changed") {
  WorkerSession session;
  const auto job = [&](const char* what) {
    return session.last(
        session.cells(fault("changes_numerics"), "fault-changes-numerics", {{"do", what}}));
  };
  REQUIRE(job("change")["type"] == "done");
  CHECK(job("tell")["error"]["message"] ==
        "1 threads, deterministic, flushing, Float, gradients on");
}

TEST_CASE("noise on the standard streams disturbs nobody") {
  WorkerSession session;
  const Json done = session.last(session.cells(fault("chatty"), "fault-chatty"));
  REQUIRE(done["type"] == "done");
  CHECK(done["rows"][0]["status"] == "done");
  const std::string log = session.log();
  CHECK(log.size() > 3'900'000);
  CHECK(log.find("standard input gave nothing") != std::string::npos);
  CHECK(log.find("noise while being described") != std::string::npos);
}

namespace {

Json rows_of_wrong_answer(WorkerSession& session, const char* how) {
  const Json done = session.last(session.cells(fault("wrong_answer"), "fault-wrong-answer",
                                               {{"how", how}, {"only_seed", -1}}));
  REQUIRE(done["type"] == "done");
  return done["rows"];
}

}  // namespace

TEST_CASE("what is no answer fails by contract, in every row") {
  WorkerSession session;
  for (const char* how : {"rows", "columns", "double", "undefined", "no_network"}) {
    INFO(how);
    for (const Json& row : rows_of_wrong_answer(session, how)) {
      CHECK(row["status"] == "failed");
      CHECK(row["error"]["kind"] == "contract");
      CHECK(row["error"]["message"].get<std::string>().find("fit returned ") == 0);
    }
  }
}

TEST_CASE("rows that are not finite fail, all of them when all are") {
  WorkerSession session;
  for (const Json& row : rows_of_wrong_answer(session, "nan")) {
    CHECK(row["error"]["kind"] == "non_finite");
  }
}

TEST_CASE("one row that is not finite fails alone") {
  WorkerSession session;
  const Json rows = rows_of_wrong_answer(session, "one_row_nan");
  CHECK(rows[0]["error"]["kind"] == "non_finite");
  CHECK(rows[1]["status"] == "done");
  CHECK(rows[2]["status"] == "done");
}
