#include "../executor/toy_run.h"
#include "host/cache/stage_cache.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <chrono>

namespace assay {

namespace {

// An entry of about `bytes` bytes, last used `hours` ago.
void add(StageCache& cache, const std::string& key, std::size_t bytes, int hours = 0) {
  const fs::path folder = cache.new_folder(key);
  write_unpublished(folder / "value", std::string(bytes, 'x'));
  cache.publish(folder, key, {{"family", "toy"}, {"stage", "base"}, {"rows", Json::array()}});
  const fs::path file = cache.folder_of(key) / "stage.json";
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(hours));
}

}  // namespace

TEST_CASE("an entry is found as it was published, and checked") {
  const TemporaryFolder folder;
  {
    StageCache cache(folder.path());
    add(cache, "k", 10);
  }
  StageCache cache(folder.path());
  std::string problem;
  const auto found = cache.find("k", &problem);
  REQUIRE(found);
  CHECK((*found)["files"]["value"]["bytes"] == 10);
  CHECK((*found)["stage"] == "base");
  CHECK_FALSE(cache.find("other", &problem));
  CHECK(problem.empty());
}

TEST_CASE("an entry that does not pass is removed, with the reason") {
  const TemporaryFolder folder;
  struct Case {
    std::string file, content, reason;
  };
  const Case damage = GENERATE(Case{"value", "short", "value has 5 bytes instead of 10"},
                               Case{"value", "yyyyyyyyyy", "value has changed"},
                               Case{"stage.json", "{", "stage.json is damaged"},
                               Case{"stage.json", "", "stage.json is damaged"});
  {
    StageCache cache(folder.path());
    add(cache, "k", 10);
  }
  write_file(folder / ("stages/k/" + damage.file), damage.content);
  StageCache cache(folder.path());
  std::string problem;
  CHECK_FALSE(cache.find("k", &problem));
  CHECK(problem == "the cached stage " + (folder / "stages/k").string() + " is not usable (" +
                       damage.reason + "); it is removed and computed again");
  CHECK_FALSE(fs::exists(folder / "stages/k"));
}

TEST_CASE("least recently used entries go first, never one in use") {
  const TemporaryFolder folder;
  {
    StageCache cache(folder.path());
    add(cache, "old", 5000, 3);
    add(cache, "used", 5000, 5);
    add(cache, "new", 5000, 1);
  }
  StageCache cache(folder.path());
  REQUIRE(cache.find("used", nullptr));
  CHECK(cache.evict(11000) == 1);
  CHECK_FALSE(fs::exists(folder / "stages/old"));
  CHECK(cache.evict(0) == 1);
  CHECK(fs::exists(folder / "stages/used"));
  CHECK_FALSE(cache.remove("used"));
  CHECK_THROWS_WITH(cache.remove("nothing"), "the cache has no stage nothing");
}

TEST_CASE("work of commands that died is removed") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "tmp/host-1/k.1");
  write_unpublished(folder / "tmp/host-1.lock", "1");
  fs::create_directories(folder / "tmp/host-2/k.1");
  const FileLock living(folder / "tmp/host-2.lock", "a session");
  const StageCache cache(folder.path());
  CHECK_FALSE(fs::exists(folder / "tmp/host-1"));
  CHECK(fs::exists(folder / "tmp/host-2/k.1"));
}

TEST_CASE("the cache's limit is read from the environment") {
  const auto limit = [](const char* text) {
    ::setenv("ASSAY_CACHE_LIMIT", text, 1);
    return cache_limit();
  };
  CHECK(limit("20G") == std::uint64_t{20} << 30);
  CHECK(limit("1.5M") == 3 << 19);
  CHECK(limit("512MiB") == 512 << 20);
  CHECK(limit("1000") == 1000);
  CHECK(limit("") == std::uint64_t{20} << 30);
  CHECK_THROWS_WITH(limit("much"), Catch::Contains("ASSAY_CACHE_LIMIT is 'much': give a size such as"));
  CHECK_THROWS_AS(limit("-1"), Error);
  CHECK_THROWS_AS(limit("inf"), Error);
  CHECK_THROWS_AS(limit("nan"), Error);
  CHECK_THROWS_AS(limit("1e30T"), Error);
  CHECK_THROWS_AS(limit("3X"), Error);
  ::unsetenv("ASSAY_CACHE_LIMIT");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1536 * 1024) == "1.5 MB");
}

}  // namespace assay
