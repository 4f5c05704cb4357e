// --only, --methods and --set: what they compute, what run.json says of it, and that the commands which
// the report prints do what it says.
#include "toy_prefix.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace assay {

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

// The words of a command as a shell takes them: quotes as the report writes them.
std::vector<std::string> words(const std::string& command) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : command) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

// "&#91;" and the like in Markdown's tables.
std::string without_entities(std::string text) {
  for (std::size_t at; (at = text.find("&#")) != text.npos;) {
    const std::size_t end = text.find(';', at);
    const char c = static_cast<char>(std::stoi(text.substr(at + 2, end - at - 2)));
    text.replace(at, end - at + 1, 1, c);
  }
  return text;
}

// The commands that a report prints for computing cells again.
std::vector<std::string> commands(const std::string& report) {
  std::vector<std::string> found;
  const std::string start = "<code>assay run ";
  for (std::size_t at = 0; (at = report.find(start, at)) != report.npos; at += start.size()) {
    const std::size_t end = report.find("</code>", at);
    found.push_back(without_entities(report.substr(at + 6, end - at - 6)));
  }
  return found;
}

}  // namespace

TEST_CASE("the report's commands compute the same cells again") {
  ToyPrefix toys(toy_toml(0));
  std::vector<std::string> run = toys.run_command();
  run.insert(run.end(), {"--set", "bench.slow_ms=1", "--seeds", "3"});
  REQUIRE(toys.run(run).status == 0);
  const Json document = Json::parse(read_file(toys.run_folder() / "run.json"));
  CHECK(document["overrides"] == Json::parse(R"(["bench.slow_ms=1", "seeds=3"])"));
  const auto expected = toys.content();
  const std::vector<std::string> printed = commands(read_file(toys.run_folder() / "report.md"));
  REQUIRE(printed.size() == 4);  // floor, toy, two values of the sweep
  for (const std::string& command : printed) {
    INFO(command);
    std::vector<std::string> arguments = words(command);
    arguments.erase(arguments.begin());
    fs::remove_all(toys / "again");
    arguments.back() = (toys / "again").string();
    const Ended again = toys.run(arguments);
    INFO(again.err);
    CHECK(again.status == 0);
    const auto content = lasting_content(toys / "again");
    CHECK_FALSE(content.empty());
    // One value of a sweep trains beside the others here too: the same bits, under the same key.
    for (const auto& [file, text] : content) CHECK(expected.at(file) == text);
  }
}

TEST_CASE("--only and --methods compute a part; the run stays the whole suite's") {
  const std::string claim = "\n[[claim]]\nsays = \"more\"\non = [\"bench\"]\nmetric = \"score\"\n"
                            "expect = \"swept-level=0.5 > toy\"\n";
  ToyPrefix toys(toy_toml(0) + claim);
  std::vector<std::string> part = toys.run_command();
  part.insert(part.end(), {"--methods", "toy"});
  const Ended first = toys.run(part);
  INFO(first.err);
  CHECK(first.status == 0);
  CHECK(has(first.out, "8 of 8 cells done"));  // "toy" is the method of the sweep too

  toys.begin("second");
  part = toys.run_command();
  part.insert(part.end(), {"--methods", "swept-level=0.5"});
  const Ended ended = toys.run(part);
  CHECK(ended.status == 0);
  CHECK(has(ended.out, "4 of 4 cells done"));
  const Json document = Json::parse(read_file(toys.run_folder() / "run.json"));
  CHECK(document["cells"].size() == 8);
  CHECK(document["suite"]["claims"].size() == 1);
  CHECK(document["overrides"].empty());
  CHECK(document["provenance"]["selection"]["methods"] == Json::parse(R"(["swept-level=0.5"])"));
  CHECK(has(toys.run({"status", toys.run_folder().string()}).out, "4 of 8 cells done"));
  const auto some = toys.content();
  const Ended plan = toys.run({"plan", (toys / "toys.toml").string(), "--out",
                               toys.run_folder().string(), "--methods", "swept-level=0.5"});
  CHECK(has(plan.out, "cells: 4, of which 4 are done\njobs: 0;"));

  // The rest later gives what the whole at once gives.
  CHECK(toys.run(toys.run_command()).status == 0);
  const auto all = toys.content();
  for (const auto& [file, text] : some) CHECK(all.at(file) == text);
  toys.begin("first");
  CHECK(all == toys.content());
}

}  // namespace assay
