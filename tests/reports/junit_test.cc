#include "made_up_run.h"
#include "reports/report.h"
#include "reports/writers/formats.h"
#include "written_runs.h"
#include "xml_check.h"

#include <catch2/catch.hpp>
#include <set>

using namespace assay;
using namespace assay::reports;

namespace {

const test::XmlElement& made_up_junit() {
  static const test::XmlElement root = [] {
    const test::TemporaryFolder folder;
    test::write_made_up_run(folder.path() / "run");
    return test::read_xml(report_text(folder.path() / "run", "junit"));
  }();
  return root;
}

const test::XmlElement& case_named(const std::string& name) {
  for (const test::XmlElement* one : made_up_junit().all("testcase")) {
    if (one->attributes.at("name") == name) return *one;
  }
  FAIL("no test case " << name);
  return made_up_junit();
}

// One benchmark with one failed cell.
std::string junit_of_failure(const SeedResult& failed) {
  Report report;
  report.results.name = "suite";
  BenchmarkResults benchmark;
  benchmark.id = "b";
  Row row;
  row.name = "m";
  row.seeds = {failed};
  benchmark.rows = {row};
  report.results.benchmarks = {benchmark};
  return write_junit(report);
}

}  // namespace

TEST_CASE("JUnit has a case for each cell and each claim, and counts them") {
  const test::XmlElement& root = made_up_junit();
  CHECK(root.name == "testsuites");
  const auto suites = root.all("testsuite");
  REQUIRE(suites.size() == 4);
  // From made_up_run.cc: 8 rows x 5 seeds, 5 x 3, 3 x 1, and 5 claims.
  const std::vector<std::string> names = {"photos", "sounds", "letters", "claims"};
  const std::vector<std::size_t> cases = {40, 15, 3, 5};
  for (std::size_t i = 0; i < suites.size(); ++i) {
    CHECK(suites[i]->attributes.at("name") == names[i]);
    CHECK(suites[i]->attributes.at("tests") == std::to_string(cases[i]));
    CHECK(suites[i]->all("testcase").size() == cases[i]);
    CHECK(suites[i]->attributes.at("timestamp") == "2026-01-31T12:00:00");
    for (const auto& [counted, element] :
         {std::pair{"errors", "error"}, {"failures", "failure"}, {"skipped", "skipped"}}) {
      CHECK(suites[i]->attributes.at(counted) == std::to_string(suites[i]->all(element).size()));
    }
  }
  CHECK(root.attributes.at("tests") == "63");
  // One crash, one cell that was not computed, one cut-off file; one claim is refuted.
  CHECK(root.attributes.at("errors") == "3");
  CHECK(root.attributes.at("failures") == "1");
}

TEST_CASE("a server tells JUnit's cases apart") {
  std::set<std::string> seen;
  for (const test::XmlElement* one : made_up_junit().all("testcase")) {
    const std::string id = one->attributes.at("classname") + "|" + one->attributes.at("name");
    INFO(id);
    CHECK(seen.insert(id).second);
  }
}

TEST_CASE("JUnit says of a failed cell where, why, and how its log ends") {
  const test::XmlElement& one = case_named("product seed 3");
  CHECK(one.attributes.at("classname") == "photos.product");
  CHECK(one.attributes.at("time") == "2.800");
  REQUIRE(one.children.size() == 1);
  const test::XmlElement& error = one.children[0];
  CHECK(error.name == "error");
  CHECK(error.attributes.at("type") == "signal");
  CHECK(error.attributes.at("message") ==
        "in fit: killed by signal 11 (segmentation fault) " + test::injection);
  CHECK(error.text.find("End of logs/photos-product.log:\nepoch 1\n") != std::string::npos);
  CHECK(error.text.find("\\x1b[31mred") != std::string::npos);
  CHECK(error.text.find("reversed: \\u202egpj.exe\nSegmentation fault") != std::string::npos);
}

TEST_CASE("JUnit: missing cells are errors, refuted claims failures, inconclusive ones skipped") {
  const test::XmlElement& missing = case_named("logconf seed 7");
  REQUIRE(missing.children.size() == 1);
  CHECK(missing.attributes.count("time") == 0);
  CHECK(missing.children[0].name == "error");
  CHECK(missing.children[0].attributes.at("type") == "missing");
  CHECK(missing.children[0].attributes.at("message") ==
        "this cell has no result yet: running the suite again computes it");

  const test::XmlElement& refuted =
      case_named("Few labels are worth less than the confidence loss");
  REQUIRE(refuted.children.size() == 1);
  CHECK(refuted.children[0].name == "failure");
  CHECK(refuted.children[0].attributes.at("message") ==
        "refuted: expected few-labels < logconf in accuracy");
  CHECK(refuted.children[0].text.find("few-labels \u2212 logconf") != std::string::npos);

  const test::XmlElement& open =
      case_named("The confidence loss helps on sounds and letters " + test::injection);
  REQUIRE(open.children.size() == 1);
  CHECK(open.children[0].name == "skipped");
  CHECK(open.children[0].attributes.count("type") == 0);

  CHECK(case_named("The order of the paper's table").children.empty());
}

TEST_CASE("the other made-up runs are well-formed XML, one case for each cell and claim") {
  for (const test::RunSpec& spec :
       {test::failures_run(), test::hostile_run()}) {
    const test::TemporaryFolder folder;
    test::write_run(spec, folder.path() / "run");
    const RunResults results = collect_results(load_run(folder.path() / "run"));
    INFO(spec.name);
    const test::XmlElement root = test::read_xml(report_text(folder.path() / "run", "junit"));
    CHECK(root.all("testcase").size() == results.cells() + results.claims.size());
    CHECK(root.all("error").size() ==
          results.count(CellState::failed) + results.count(CellState::missing));
  }
}

TEST_CASE("no text can make JUnit's XML malformed") {
  SeedResult failed;
  failed.state = CellState::failed;
  failed.error_kind = "<&\">'\x01";
  failed.error_message = std::string("nul \0, ]]>, \ufffe\uffff, \xff, \r\n", 24) + "end";
  failed.log_end = "</error></testcase>\x1b[0m";
  const test::XmlElement root = test::read_xml(junit_of_failure(failed));
  const auto errors = root.all("error");
  REQUIRE(errors.size() == 1);
  CHECK(errors[0]->attributes.at("type") == "<&\">'\\x01");
  CHECK(errors[0]->text.find("nul \\x00, ]]>, \ufffd\ufffd, \ufffd") == 0);
  CHECK(errors[0]->text.find("</error></testcase>\\x1b[0m") != std::string::npos);
}

TEST_CASE("the checker of XML finds what is wrong") {
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  CHECK_NOTHROW(test::read_xml(head + "<a b=\"1\">x<c/></a>\n"));
  for (const char* wrong :
       {"<a>", "<a></b>", "<a>&</a>", "<a b=1></a>", "<a b=\"<\"></a>", "<a b=\"1\" b=\"2\"></a>",
        "<a></a><b></b>", "<a>\x01</a>", "<a>\xff</a>", "<a>\uffff</a>", "<a>&nbsp;</a>"}) {
    INFO(wrong);
    CHECK_THROWS(test::read_xml(head + wrong));
  }
}
