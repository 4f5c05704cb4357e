// Files that are damaged, foreign or made to do harm: one clear line each, and the rest is read.
#include "host/store/cell_file.h"
#include "host/store/json_text.h"
#include "host/store/run_reader.h"

#include <assay/common/error.h>
#include <assay/common/hash.h>

#include <catch2/catch.hpp>

#include <stdlib.h>
#include <sys/stat.h>
#include <fstream>
#include <functional>

namespace assay {

namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "assay-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

Json good_cell(std::uint64_t seed = 0) {
  CellIdentity identity{.benchmark = "b",
                        .family = "f",
                        .method = "m",
                        .use = "m",
                        .role = "method",
                        .seed = seed,
                        .block = {0, 1, 2, 3},
                        .key = "k"};
  const Json result = {{"metrics", {{"accuracy", 0.5}}},
                       {"curves", {{"loss", {{1, 2.5}, {2, nullptr}}}}},
                       {"counts", {{"flops", 10}}}};
  return make_cell(identity, {{"status", "done"}, {"result", result}},
                   {{"attempt", 1}, {"seconds", 0.5}, {"host", "here"}});
}

// With the hash of what it holds, so that nothing but its form can be wrong with it.
std::string sealed(Json cell) {
  Json covered = cell;
  covered.erase("hash");
  covered.erase("run");
  cell["hash"] = hash_bytes(covered.dump(-1, ' ', false, Json::error_handler_t::replace));
  return cell_text(cell);
}

std::string problem_of(const std::string& text) {
  return parse_cell("x.json", text).problem;
}

std::string problem_with(const char* pointer, const Json& value) {
  Json cell = good_cell();
  cell[Json::json_pointer(pointer)] = value;
  return problem_of(sealed(cell));
}

Json run_json(std::size_t seeds) {
  Json cells = Json::array();
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    cells.push_back({{"benchmark", "b"},
                     {"method", "m"},
                     {"use", "m"},
                     {"role", "method"},
                     {"parameters", Json::object()},
                     {"seed", seed},
                     {"block", {0, 1, 2, 3}},
                     {"key", "k"},
                     {"key_alone", "a"}});
  }
  return {{"format", "assay-run"}, {"version", 1}, {"cells", cells}};
}

}  // namespace

TEST_CASE("what is wrong with a cell file is said in one line") {
  REQUIRE(problem_of(sealed(good_cell())) == "");
  const std::string text = sealed(good_cell());
  CHECK(problem_of("") == "is not complete JSON: it is empty");
  CHECK(problem_of(text.substr(0, text.size() / 2)) == "is not complete JSON (truncated?)");
  CHECK(problem_of("{\"format\": \"assay-cell\",\n !}") == "is not JSON at line 2, column 2");
  CHECK(problem_of("\xff\xfe") == "is not JSON at line 1, column 1");
  CHECK(problem_of("{\"a\": 1e999}") == "has a number that is out of range");
  CHECK(problem_of(std::string(200'000, '[')) ==
        "has more than 100 tables and lists within each other");
  CHECK(problem_of("[]") == "is not a cell file");
  CHECK(problem_of("{\"format\": \"assay-run\"}") == "is not a cell file");
  CHECK(problem_with("/version", 2) == "has version 2, this command reads version 1");
  CHECK(problem_with("/version", std::string(500, 'v')) ==
        "has version '\"" + std::string(59, 'v') + "...', this command reads version 1");
  CHECK(problem_with("/result/metrics/accuracy", 0.75) == "");
  Json changed = good_cell();
  changed["result"]["metrics"]["accuracy"] = 0.75;
  CHECK(problem_of(cell_text(changed)) == "has been changed or damaged: its hash does not fit");
}

TEST_CASE("every part of a cell file is checked before anything uses it") {
  const std::string wrong = "does not follow the format: ";
  CHECK(problem_with("/cell/seed", "0") == wrong + "\"cell.seed\" is not a whole number");
  CHECK(problem_with("/cell/seed", -1) == wrong + "\"cell.seed\" is not a whole number");
  CHECK(problem_with("/cell/seed", 9) == wrong + "\"cell.seed\" is not one of \"cell.block\"");
  CHECK(problem_with("/cell/block", Json::array()) ==
        wrong + "\"cell.block\" is not a list of seeds");
  CHECK(problem_with("/cell/parts", 7) == wrong + "\"cell.parts\" is not a table");
  CHECK(problem_with("/run/attempt", "one") == wrong + "\"run.attempt\" is not a count");
  CHECK(problem_with("/run/attempt", 1e300) == wrong + "\"run.attempt\" is not a count");
  CHECK(problem_with("/run/crashes", 18446744073709551615ULL) ==
        wrong + "\"run.crashes\" is not a count");
  CHECK(problem_with("/run/seconds", -1) == wrong + "\"run.seconds\" is not a number of 0 or more");
  CHECK(problem_with("/run/host", 5) == wrong + "\"run.host\" is not a text");
  CHECK(problem_with("/result/metrics/accuracy", "high") ==
        wrong + "the metric 'accuracy' is not a number");
  CHECK(problem_with("/result/metrics/\x1b[31m", true) ==
        wrong + "the metric '\\x1b[31m' is not a number");
  CHECK(problem_with("/result/metrics", Json::array()) ==
        wrong + "\"result.metrics\" is not a table");
  CHECK(problem_with("/result/counts", 1) == wrong + "\"result.counts\" is not a table");
  CHECK(problem_with("/result/curves", 1) == wrong + "\"result.curves\" is not a table");
  CHECK(problem_with("/result/curves/loss", {{1, 2, 3}}) ==
        wrong + "the curve 'loss' is not a list of pairs of numbers");
  Json failed = good_cell();
  failed["status"] = "failed";
  failed["error"] = {{"kind", "k"}, {"phase", "p"}, {"message", "m"}, {"log", 3}};
  CHECK(problem_of(sealed(failed)) == wrong + "\"error.log\" is not a text");
}

TEST_CASE("a curve of 200,000 points is read") {
  Json cell = good_cell();
  Json::array_t curve(200'000, Json{1, 0.5});
  cell["result"]["curves"]["loss"] = std::move(curve);
  const StoredCell stored = parse_cell("x.json", sealed(std::move(cell)));
  CHECK(stored.problem == "");
  CHECK(stored.document["result"]["curves"]["loss"].size() == 200'000);
}

TEST_CASE("what is not a plain file among the cells is named, and the rest is read") {
  const Folder run;
  put(run / "run.json", run_json(4).dump());
  const fs::path block = run / "cells/b/m/0-3";
  put(block / "0.json", sealed(good_cell(0)));
  fs::create_directory(block / "1.json");
  fs::create_symlink("/dev/zero", block / "2.json");         // would never end
  REQUIRE(::mkfifo((block / "3.json").c_str(), 0600) == 0);  // would block
  fs::create_symlink("nowhere", block / "4.json");
  put(run / "cells/b/m/\x1b[31m/0.json", "{");
  put(block / "5.json", "");
  fs::resize_file(block / "5.json", (std::uintmax_t{64} << 20) + 1);
  fs::create_directory_symlink(run.path(), run / "cells/loop");
  put(run / "cells/b/stray.json", "not looked at: too high up");
  const RunData data = load_run(run.path());
  CHECK(data.count(CellState::done) == 1);
  CHECK(data.count(CellState::missing) == 3);
  const std::string end = "; it is not used, and running the suite again computes its cell again";
  const std::string at = block.string();
  CHECK(data.problems ==
        std::vector<std::string>{
            (run / "cells/b/m/?[31m/0.json").string() + " is not complete JSON (truncated?)" + end,
            at + "/1.json is not a file" + end, at + "/2.json is not a file" + end,
            at + "/3.json is not a file" + end,
            at + "/4.json cannot be read: No such file or directory" + end,
            at + "/5.json is larger than 64 MB" + end});
}

TEST_CASE("a run.json that cannot be used says why") {
  const Folder run;
  const std::string file = (run / "run.json").string();
  const auto message = [&](const std::string& text) -> std::string {
    put(run / "run.json", text);
    try {
      load_run(run.path());
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  const auto with = [&](const char* pointer, const Json& value) {
    Json json = run_json(2);
    json[Json::json_pointer(pointer)] = value;
    return message(json.dump());
  };
  REQUIRE(message(run_json(2).dump()) == "");
  const std::string again =
      ": run the suite again, which writes it anew and keeps the finished cells";
  const std::string format = file + " does not follow its format: ";
  CHECK(message("{\"format\"") == file + " is not complete JSON (truncated?)" + again);
  CHECK(message(std::string(200'000, '[')) ==
        file + " has more than 100 tables and lists within each other" + again);
  CHECK(message("[1]") == file + " is damaged or not a run's" + again);
  CHECK(with("/version", 7) ==
        file + " has version 7, this assay reads version 1: use the assay that wrote it");
  CHECK(with("/cells", 3) == format + "\"cells\" is not a list");
  CHECK(with("/cells/1", 3) == format + "cell 2: \"benchmark\" is not a text");
  CHECK(with("/cells/0/seed", "0") == format + "cell 1: \"seed\" is not a whole number");
  CHECK(with("/cells/0/seed", -1) == format + "cell 1: \"seed\" is not a whole number");
  CHECK(with("/cells/0/seed", 1e30) == format + "cell 1: \"seed\" is not a whole number");
  CHECK(with("/cells/0/block", {0, -1}) == format + "cell 1: \"block\" is not a list of seeds");
  CHECK(with("/cells/0/parameters", 1) == format + "cell 1: \"parameters\" is not a table");
  fs::remove(run / "run.json");
  fs::create_directory(run / "run.json");
  CHECK_THROWS_WITH(load_run(run.path()), Catch::Contains("is not a run: it has no run.json"));
}

}  // namespace assay
