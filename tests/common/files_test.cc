// Files under failpoints: each step of writing is interrupted in a child process.
#include <assay/common/error.h>
#include <assay/common/failpoint.h>
#include <assay/common/files.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace assay {

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "assay-files-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

std::set<std::string> names(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

// Runs `work` in a child with a variable set; its wait status.
int in_child(const char* variable, const std::string& value, const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv(variable, value.c_str(), 1);
    restart_failpoints();
    try {
      work();
    } catch (const Error&) {
      ::_exit(3);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

bool killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

}  // namespace

TEST_CASE("a file is replaced whole or not at all, wherever the writer dies") {
  const Folder folder;
  const fs::path file = folder.path / "file";
  int kills = 0;
  for (int pass = 1;; ++pass) {
    fs::remove_all(folder.path);
    fs::create_directory(folder.path);
    write_unpublished(file, "old");
    const int status =
        in_child("ASSAY_FAILPOINT", std::to_string(pass), [&] { write_file(file, "new content"); });
    const std::string content = read_file(file);
    CHECK((content == "old" || content == "new content"));
    if (!killed(status)) break;
    ++kills;
  }
  // Before and after: write, sync, rename, sync of the folder.
  CHECK(kills == 8);
  CHECK(read_file(file) == "new content");
  CHECK(names(folder.path) == std::set<std::string>{"file"});
}

TEST_CASE("a folder is published or replaced whole, wherever the writer dies") {
  const bool replace = GENERATE(false, true);
  const Folder folder;
  const fs::path from = folder.path / "from";
  const fs::path to = folder.path / "to";
  int kills = 0;
  for (int pass = 1;; ++pass) {
    fs::remove_all(from);
    fs::remove_all(to);
    fs::create_directory(from);
    write_unpublished(from / "a", "new");
    write_unpublished(from / "b", "new");
    if (replace) {
      fs::create_directory(to);
      write_unpublished(to / "a", "old");
    }
    const int status = in_child("ASSAY_FAILPOINT", std::to_string(pass), [&] {
      if (replace) {
        replace_folder(from, to);
      } else {
        publish_folder(from, to);
      }
    });
    if (fs::exists(to / "b")) {
      CHECK(read_file(to / "a") == "new");
    } else if (replace) {
      CHECK(read_file(to / "a") == "old");
    } else {
      CHECK_FALSE(fs::exists(to));
    }
    if (!killed(status)) break;
    ++kills;
  }
  CHECK(kills == 10);  // three syncs, the rename, the parent's sync
  CHECK(names(to) == std::set<std::string>{"a", "b"});
  CHECK_FALSE(fs::exists(from));
}

TEST_CASE("a full disk is an error with its cause and leaves nothing behind") {
  const Folder folder;
  const fs::path file = folder.path / "file";
  write_unpublished(file, "old");
  const int status = in_child("ASSAY_FAILPOINT_ENOSPC", "1", [&] {
    try {
      write_file(file, "new");
    } catch (const Error& error) {
      const std::string expected = "cannot write " + folder.path.string() + "/file";
      const std::string text = error.what();
      if (text.rfind(expected, 0) != 0 || text.find("No space left on device") == text.npos) ::_exit(4);
      throw;
    }
  });
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(read_file(file) == "old");
  CHECK(names(folder.path) == std::set<std::string>{"file"});
}

TEST_CASE("the first publisher of a folder wins") {
  const Folder folder;
  for (const char* name : {"one", "two"}) {
    fs::create_directory(folder.path / name);
    write_unpublished(folder.path / name / "who", name);
  }
  CHECK(publish_folder(folder.path / "one", folder.path / "place"));
  CHECK_FALSE(publish_folder(folder.path / "two", folder.path / "place"));
  CHECK(read_file(folder.path / "place/who") == "one");
  CHECK(names(folder.path) == std::set<std::string>{"place"});
}

TEST_CASE("a lock names its holder and ends with it") {
  const Folder folder;
  const fs::path file = folder.path / "lock";
  CHECK(lock_holder(file) == 0);
  {
    const FileLock lock(file, "the thing");
    CHECK(lock_holder(file) == ::getpid());
    CHECK_THROWS_WITH(FileLock(file, "the thing"),
                      "the thing is in use by process " + std::to_string(::getpid()) +
                          ": wait until it has ended, or stop it (lock " + file.string() + ")");
  }
  CHECK(lock_holder(file) == 0);
  const FileLock again(file, "the thing");
}

}  // namespace assay
