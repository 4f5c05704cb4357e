#include "paths.h"
#include "worker_session.h"

#include "host/process/process.h"

#include <catch2/catch.hpp>
#include <csignal>

using namespace assay;

namespace {

ProcessResult worker(const std::vector<std::string>& arguments, const std::string& input = "",
                     int seconds = 120) {
  std::vector<std::string> argv = {in_build("bin/assay-worker").string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_process(argv, {.input = input, .timeout = std::chrono::seconds(seconds)});
}

Json document(const ProcessResult& result) {
  INFO(result.err);
  REQUIRE(result.ok());
  return Json::parse(result.out);
}

}  // namespace

TEST_CASE("--families describes the build and each family") {
  const Json answer = document(worker({"--families"}));
  for (const char* key :
       {"assay", "torch", "library_hash", "cpu_capability", "compiler", "device"}) {
    CHECK(answer.at("build").at(key).is_string());
  }
  CHECK(answer["build"]["numerics"]["threads"] == "1");
  std::vector<std::string> families;
  for (const Json& family : answer.at("families")) families.push_back(family.at("id"));
  CHECK(families == std::vector<std::string>{"continual", "debate", "delta", "unlearning", "weak_to_strong"});
}

TEST_CASE("--describe prints a plugin, whatever the plugin prints itself") {
  const Json xent = document(worker({"--describe", good_plugin("xent")}));
  CHECK(xent.at("file") == good_plugin("xent").string());
  CHECK(xent.at("name") == "xent");
  CHECK(xent.at("methods").at(0).at("family") == "weak_to_strong");
  const ProcessResult chatty = worker({"--describe", fault("chatty")});
  CHECK(document(chatty)["methods"][0]["id"] == "fault-chatty");
  CHECK(chatty.err.find("noise while being described") != std::string::npos);
}

TEST_CASE("--describe of a broken plugin is one message and status 1") {
  const ProcessResult stale = worker({"--describe", broken_fault("stale")});
  CHECK(stale.exit_status == 1);
  CHECK(stale.out.empty());
  CHECK(stale.err.find("assay-worker: " + broken_fault("stale").string() + ": it needs a symbol") ==
        0);
  CHECK(worker({"--describe", broken_fault("crashes_describing")}).signal == SIGABRT);
  CHECK(worker({"--describe", broken_fault("hangs_describing")}, "", 3).timed_out);
}

TEST_CASE("--describe-all answers line by line, errors too") {
  const ProcessResult result =
      worker({"--describe-all", broken_fault("not_a_plugin"), good_plugin("xent"),
              broken_fault("crashes_describing"), good_plugin("product")});
  CHECK(result.signal == SIGABRT);
  const auto end = result.out.find('\n');
  CHECK(Json::parse(result.out.substr(0, end))["error"].get<std::string>().find(
            "not an Assay plugin") != std::string::npos);
  CHECK(Json::parse(result.out.substr(end + 1))["name"] == "xent");
}

TEST_CASE("--expand answers each question") {
  const Json questions = {{{"family", "weak_to_strong"}, {"settings", small_benchmark()}},
                          {{"family", "no_family"}, {"settings", Json::object()}},
                          {{"settings", 3}}};
  const Json answers = document(worker({"--expand"}, questions.dump()));
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]["expansion"]["stages"].size() >= 2);
  CHECK(answers[1]["error"].get<std::string>().find("unknown family 'no_family'") == 0);
  CHECK(answers[2].contains("error"));
  CHECK(worker({"--expand"}, "{").exit_status == 1);
}

TEST_CASE("--conform passes a good plugin and catches one that mixes rows") {
  CHECK(document(worker({"--conform", good_plugin("xent")}))["methods"][0]["breaches"].empty());
  const ProcessResult mixes = worker({"--conform", fault("mixes_rows")});
  CHECK(mixes.exit_status == 1);
  CHECK_FALSE(Json::parse(mixes.out)["methods"][0]["breaches"].empty());
  CHECK(mixes.err.find("fault-mixes-rows: ") == 0);
  CHECK(mixes.err.find("a row may depend on its own row of the problem only") != std::string::npos);
  CHECK(worker({"--conform", fault("throws")}).exit_status == 1);
}

TEST_CASE("--smoke fits and scores, or says what failed") {
  CHECK(document(worker({"--smoke", good_plugin("xent")}))["methods"][0]["breaches"].empty());
  const ProcessResult throws = worker({"--smoke", fault("throws")});
  CHECK(throws.exit_status == 1);
  CHECK(Json::parse(throws.out)["methods"][0]["breaches"][0] ==
        "it failed in phase fit (exception): the method gives up");
  const ProcessResult wrong = worker({"--smoke", fault("wrong_answer")});
  CHECK(wrong.exit_status == 1);
  CHECK(Json::parse(wrong.out)["methods"][0]["breaches"][0].get<std::string>().find(
            "seed 0 failed in phase fit (non_finite): ") == 0);
}

TEST_CASE("--probe times this machine") {
  const Json answer = document(worker({"--probe"}));
  CHECK(answer.at("gflops").get<double>() > 0.5);
  CHECK(answer.at("threads") == 1);
}

TEST_CASE("wrong use is answered with the calls and status 2") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"--dance"}, {"--describe"}, {"--serve", "now"}}) {
    const ProcessResult result = worker(arguments);
    CHECK(result.exit_status == 2);
    CHECK(result.err.find("usage: assay-worker CALL") == 0);
  }
}
