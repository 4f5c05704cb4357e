#include "host/registry/expand.h"

#include "fake_prefix.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>

using namespace assay;

TEST_CASE("expansions come in the order asked, errors beside values") {
  const FakePrefix prefix;
  prefix.worker("{}", R"([{"expansion":{"stages":[1]}},{"error":"no such width"}])");
  const std::vector<ExpansionRequest> requests = {{"f", {{"a", 1}}}, {"f", {{"a", 2}}}};
  const auto answers = expand(requests);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].value["stages"][0] == 1);
  CHECK(answers[0].error.empty());
  CHECK(answers[1].error == "no such width");
  CHECK(read_file(prefix / "question") ==
        R"([{"family":"f","settings":{"a":1}},{"family":"f","settings":{"a":2}}])");
}

TEST_CASE("a value is asked for once, an error every time") {
  const FakePrefix prefix;
  prefix.worker("{}", R"([{"expansion":{"stages":[]}}])");
  expand({{"f", {{"a", 1}}}});
  CHECK(expand({{"f", {{"a", 1}}}})[0].value.contains("stages"));
  CHECK(prefix.calls() == "E");

  prefix.worker("{}", R"([{"error":"wrong"}])");  // another worker: everything is asked again
  CHECK(expand({{"f", {{"a", 1}}}})[0].error == "wrong");
  CHECK(expand({{"f", {{"a", 1}}}})[0].error == "wrong");
  CHECK(prefix.calls() == "EEE");
}

TEST_CASE("only what is not cached is asked") {
  const FakePrefix prefix;
  prefix.worker("{}", R"([{"expansion":{"n":1}}])");
  expand({{"f", {{"a", 1}}}});
  const auto answers = expand({{"f", {{"a", 1}}}, {"f", {{"a", 2}}}});
  CHECK(read_file(prefix / "question") == R"([{"family":"f","settings":{"a":2}}])");
  CHECK(answers[1].value["n"] == 1);
}

TEST_CASE("a changed data file is noticed") {
  const FakePrefix prefix;
  const std::string data = prefix.write("data", "one").string();
  prefix.worker("{}", R"([{"expansion":{"data":["h1"],"data_files":[")" + data + R"("]}}])");
  expand({{"f", {}}});
  expand({{"f", {}}});
  REQUIRE(prefix.calls() == "E");
  prefix.write("data", "another");
  expand({{"f", {}}});
  CHECK(prefix.calls() == "EE");
}

TEST_CASE("data without the names of its files is asked for every time") {
  const FakePrefix prefix;
  prefix.worker("{}", R"([{"expansion":{"data":["h1"]}}])");
  expand({{"f", {}}});
  expand({{"f", {}}});
  CHECK(prefix.calls() == "EE");
  prefix.worker("{}", R"([{"expansion":{"data":["version 2"],"data_files":[]}}])");
  expand({{"f", {}}});
  expand({{"f", {}}});
  CHECK(prefix.calls() == "EEE");
}

TEST_CASE("a damaged cached expansion is asked again") {
  const FakePrefix prefix;
  prefix.worker("{}", R"([{"expansion":{"n":1}}])");
  expand({{"f", {}}});
  for (const auto& entry : fs::directory_iterator(prefix / "cache/expand")) {
    write_unpublished(entry.path(), "{");
  }
  CHECK(expand({{"f", {}}})[0].value["n"] == 1);
}

TEST_CASE("a worker that fails or answers nonsense is an error") {
  const FakePrefix prefix;
  prefix.worker("{}", "[]");
  CHECK_THROWS_WITH(expand({{"f", {}}}), "assay-worker --expand answered something else than was asked");
  prefix.worker("{}", "{");
  CHECK_THROWS_WITH(expand({{"f", {}}}), "assay-worker --expand did not print a JSON document");
  prefix.write("bin/assay-worker", "#!/bin/sh\necho 'assay-worker: because' >&2\nexit 1\n");
  CHECK_THROWS_WITH(expand({{"f", {}}}),
                    "assay-worker --expand failed (exit status 1): assay-worker: because");
}
