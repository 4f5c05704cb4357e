#include "command.h"

#include <assay/common/parameters_json.h>

#include <catch2/catch.hpp>

using namespace assay;

namespace {

const std::string families = R"({"build":{},"families":[{"id":"f","title":"A family","summary":"About f",
"settings":[{"key":"model","type":"variant","selector":"arch","help":"the net","variants":[{"id":"mlp","help":"layers",
"fields":[{"key":"width","type":"integer","default":64,"minimum":1}]}]}],
"metrics":[{"id":"accuracy","direction":"max","primary":true,"meaning":"share right"}],
"references":[{"id":"weak","summary":"the supervisor"}],
"tasks":[{"id":"t","summary":"A task","parameters":[{"key":"size","type":"integer","default":14,"help":"pixels"}]}]}]})";

const std::string method_description = R"(echo "{\"file\":\"$FILE\",\"name\":\"one\",\"version\":\"2\",\"methods\":[
{\"id\":\"one\",\"family\":\"f\",\"summary\":\"The first\",\"paper\":\"arXiv:1\",\"needs\":[\"truth\"],\"parameters\":[
{\"key\":\"alpha\",\"type\":\"real\",\"default\":0.5,\"minimum\":0,\"maximum\":1,\"per_row\":true,\"help\":\"weight\"},
{\"key\":\"kind\",\"type\":\"text\",\"choices\":[\"a\",\"b\"]}]}]}" | tr -d '\n'; echo
)";

void fill(const FakePrefix& prefix) {
  prefix.worker(families);
  prefix.write("lib/assay/plugins/one.so", method_description);
}

}  // namespace

TEST_CASE("methods, families and tasks are listed in aligned columns") {
  const FakePrefix prefix;
  fill(prefix);
  CHECK(command({"list", "methods"}).out == "METHOD  FAMILY  PAPER    SUMMARY\n"
                                            "one     f       arXiv:1  The first\n");
  CHECK(command({"list", "families"}).out == "FAMILY  METHODS  TASKS  TITLE\n"
                                             "f       1        1      A family\n");
  CHECK(command({"list", "tasks"}).out == "TASK  FAMILY  SUMMARY\n"
                                          "t     f       A task\n");
}

TEST_CASE("broken plugins are mentioned on standard error, not in the table") {
  const FakePrefix prefix;
  fill(prefix);
  const fs::path broken = prefix.write("lib/assay/plugins/bad.so", "exit 3\n");
  const ProcessResult result = command({"list", "methods"});
  CHECK(result.exit_status == 0);
  CHECK(result.out.find("bad") == std::string::npos);
  CHECK(result.err == "assay: broken plugin " + broken.string() +
                          ": describing it ended the worker: exit status 3\n");
  const Json document = Json::parse(command({"list", "methods", "--json"}).out);
  CHECK(document["methods"][0]["id"] == "one");
  CHECK(document["broken_plugins"][0]["file"] == broken.string());
}

TEST_CASE("suites of the installation are listed") {
  const FakePrefix prefix;
  fill(prefix);
  fs::create_directories(prefix / "share/assay/suites/f");
  prefix.write("share/assay/suites/f/bad.toml", "[suite\n");
  const ProcessResult result = command({"list", "suites"});
  CHECK(result.out.find("f/bad.toml  invalid: see assay validate") != std::string::npos);
}

TEST_CASE("a method is described with its parameters") {
  const FakePrefix prefix;
  fill(prefix);
  CHECK(command({"describe", "one"}).out ==
        "one: a method of f\n"
        "  The first\n"
        "  paper: arXiv:1\n"
        "  plugin: " + (prefix / "lib/assay/plugins/one.so").string() + " (version 2)\n"
        "  needs of its problem: truth\n"
        "\n"
        "  parameter  type  default   range      meaning\n"
        "  alpha      real  0.5       0 to 1     weight [per row]\n"
        "  kind       text  required  \"a\" | \"b\"\n");
}

TEST_CASE("a task and a family are described") {
  const FakePrefix prefix;
  fill(prefix);
  CHECK(command({"describe", "t"}).out == "t: a task of f\n"
                                          "  A task\n"
                                          "\n"
                                          "  parameter  type     default  range  meaning\n"
                                          "  size       integer  14              pixels\n");
  const std::string family = command({"describe", "f"}).out;
  CHECK(family.find("  parameter       type     default   range  meaning\n"
                    "  model           variant  required         the net\n"
                    "    arch = \"mlp\"                            layers\n"
                    "      width       integer  64        >= 1\n") != std::string::npos);
  CHECK(family.find("  accuracy *  high  share right\n") != std::string::npos);
  CHECK(family.find("  weak           the supervisor\n") != std::string::npos);
  const Json document = Json::parse(command({"describe", "f", "--json"}).out);
  CHECK(document[0]["kind"] == "family");
  CHECK(document[0]["description"]["title"] == "A family");
}

TEST_CASE("an unknown id names its neighbour, unknown kinds and folders are wrong use") {
  const FakePrefix prefix;
  fill(prefix);
  const ProcessResult unknown = command({"describe", "onne"});
  CHECK(unknown.exit_status == 2);
  CHECK(unknown.err == "assay: no method, task or family is called 'onne' (did you mean 'one'?); see "
                       "assay list methods\n");
  CHECK(command({"list", "metods"}).exit_status == 2);
  const ProcessResult folder = command({"list", "methods", "--plugin-dir", "/nonexistent"});
  CHECK(folder.exit_status == 2);
  CHECK(folder.err == "assay: --plugin-dir /nonexistent: there is no such folder\n");
}
