// The real worker on a tiny generated task: a second or two for each run.
#include "real_place.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

namespace assay {

namespace {

// A tiny generated task.
std::string tiny(RealPlace& place, const std::string& methods, const std::string& seeds = "3",
                 const std::string& limits = "") {
  return place.write_suite("[suite]\nname = \"tiny\"\ntitle = \"Tiny\"\nseeds = " + seeds + "\n" + limits + R"(
[[benchmark]]
id       = "tiny"
family   = "weak_to_strong"
task     = { use = "latent_tasks", dimension = 16, latent = 4, transfer = 200, validation = 50, test = 200 }
weak     = { model = { arch = "mlp", width = 4, depth = 1 }, labels = 48, train = { epochs = 10, lr = 1e-2 } }
strong   = { model = { arch = "mlp", width = 16, depth = 2 } }
train    = { epochs = 2, batch = 32 }
pretrain = { items = 400, tasks = 6, train = { epochs = 2 } }
)" + "methods = " + methods + "\n");
}

}  // namespace

TEST_CASE("a real suite: run, nothing to do, the same bytes elsewhere, verified") {
  RealPlace place;
  const std::string suite = tiny(place, R"(["xent", "logconf"])");
  const ProcessResult first = place.run(suite);
  INFO(first.out << first.err);
  REQUIRE(first.exit_status == 0);
  const ProcessResult again = place.run(suite);
  CHECK(again.exit_status == 0);
  CHECK(has(again.out, "nothing to do: "));
  CHECK(again.err.empty());

  // Another cache, another folder: everything computed again.
  const ProcessResult other = place.run(suite, "other", "cache-2");
  CHECK(other.exit_status == 0);
  const auto content = lasting_content(place.run_folder());
  CHECK(content.size() > 12);
  CHECK(content == lasting_content(place.run_folder("other")));

  const ProcessResult verify = place.command({"verify", place.run_folder().string(), "--quiet"});
  INFO(verify.out << verify.err);
  CHECK(verify.exit_status == 0);
}

TEST_CASE("validate asks the family whether values fit together") {
  RealPlace place;
  const std::string suite = tiny(place, R"(["xent"])");
  const ProcessResult good = place.command({"validate", suite});
  INFO(good.err);
  CHECK(good.exit_status == 0);
  const ProcessResult bad = place.command({"validate", suite, "--set", "tiny.weak.view=3"});
  CHECK(bad.exit_status == 2);
  CHECK(bad.err == suite + ": benchmark 'tiny': weak.view is 3: latent_tasks has no views, leave the setting out\n");
}

TEST_CASE("real plugins that misbehave cost their own cells") {
  RealPlace place;
  const std::string suite = tiny(place, R"([
  "xent",
  { use = "fault-dies", as = "dies", how = "segfault", only_seed = 1 },
  { use = "fault-throws", as = "throws" },
  { use = "fault-hangs", as = "hangs", only_seed = 0 },
  { use = "fault-wrong-answer", as = "wrong", how = "nan" },
  { use = "fault-chatty", as = "chatty" },
])", "3", "\n[limits]\ntime = \"6s\"\n");
  const ProcessResult ended = place.run(suite);
  INFO(ended.out << ended.err);
  CHECK(ended.exit_status == 1);
  const auto found = states(load_run(place.run_folder()));
  const std::map<std::string, std::string> expected = {
      {"xent/0", "done"},        {"xent/1", "done"},        {"xent/2", "done"},
      {"dies/0", "done"},        {"dies/1", "signal"},      {"dies/2", "done"},
      {"throws/0", "exception"}, {"throws/1", "exception"}, {"throws/2", "exception"},
      {"hangs/0", "timeout"},    {"hangs/1", "done"},       {"hangs/2", "done"},
      {"wrong/0", "non_finite"}, {"wrong/1", "non_finite"}, {"wrong/2", "non_finite"},
      {"chatty/0", "done"},      {"chatty/1", "done"},      {"chatty/2", "done"}};
  for (const auto& [cell, state] : expected) {
    INFO(cell);
    CHECK(found.at(cell) == state);
  }
  CHECK(has(ended.out, "tiny/dies/1: signal during fit: killed by signal 11"));
  CHECK(has(read_file(place.run_folder() / "report.md"), "signal 11"));
}

TEST_CASE("a sweep trained in one cohort agrees with separate runs") {
  RealPlace place;
  const std::string swept = tiny(place, 
      R"([{ use = "logconf", as = "l", sweep = { alpha = [0.25, 0.75] } }])");
  const std::string apart = tiny(place, 
      R"([{ use = "logconf", as = "l-25", alpha = 0.25 }, { use = "logconf", as = "l-75", alpha = 0.75 }])");
  const ProcessResult first = place.run(swept, "swept");
  INFO(first.out << first.err);
  REQUIRE(first.exit_status == 0);
  CHECK(has(first.err, "(2 values)"));
  const ProcessResult second = place.run(apart, "apart");
  INFO(second.out << second.err);
  REQUIRE(second.exit_status == 0);
  const RunData one = load_run(place.run_folder("swept"));
  const RunData two = load_run(place.run_folder("apart"));
  REQUIRE(one.cells.size() == two.cells.size());
  for (std::size_t i = 0; i < one.cells.size(); ++i) {
    INFO(one.cells[i].method << " / " << two.cells[i].method);
    REQUIRE(one.cells[i].parameters == two.cells[i].parameters);
    REQUIRE(one.cells[i].seed == two.cells[i].seed);
    const double a = one.cells[i].document["result"]["metrics"]["accuracy"];
    const double b = two.cells[i].document["result"]["metrics"]["accuracy"];
    // 200 test items: two of them may fall on the other side.
    CHECK(std::abs(a - b) <= 0.0101);
  }
}

TEST_CASE("a real run killed at random moments continues to the same files", "[slow]") {
  RealPlace place;
  const std::string suite = tiny(place, R"(["xent", "logconf"])");
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(place.wait(place.start(suite, "undisturbed"), "undisturbed").status == 0);
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto expected = place.content("undisturbed");
  std::mt19937 random(20);
  int killed = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t command = place.start(suite, "killed");
    const double moment = std::uniform_real_distribution<double>(0, whole)(random);
    std::this_thread::sleep_for(std::chrono::duration<double>(moment));
    kill_with_workers(command);
    killed += place.wait(command, "killed").status == -SIGKILL;
    const Ended again = place.wait(place.start(suite, "killed"), "killed");
    INFO("killed after " << moment << " s: " << again.err);
    CHECK(again.status == 0);
    CHECK(place.content("killed") == expected);
    place.forget("killed");
  }
  CHECK(killed >= 10);
}

TEST_CASE("a real worker killed at every step of writing is replaced, the files are the same", "[slow]") {
  RealPlace place;
  const std::string suite = tiny(place, R"(["xent"])", "2");
  REQUIRE(place.wait(place.start(suite, "undisturbed"), "undisturbed").status == 0);
  const auto expected = place.content("undisturbed");
  int kills = 0;
  for (int pass = 1;; ++pass) {
    const Ended ended = place.wait(place.start(suite, "pass", 1, std::to_string(pass)), "pass");
    INFO("pass " << pass << ": " << ended.err);
    REQUIRE(ended.status == 0);
    REQUIRE(place.content("pass") == expected);
    if (!has(ended.err, "it is tried once more")) break;
    ++kills;
    place.forget("pass");
  }
  // Eight jobs write a file each at least: before and after writing and syncing it.
  CHECK(kills >= 32);
}

}  // namespace assay
