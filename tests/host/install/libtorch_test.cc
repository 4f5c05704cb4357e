#include "host/install/libtorch.h"

#include "host/install/installation.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <unistd.h>

using namespace assay;

namespace {

// Made-up wheels and environments.
class Folders {
 public:
  Folders() {
    std::string pattern = (fs::temp_directory_path() / "assay-libtorch-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~Folders() { fs::remove_all(root_); }
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;

  fs::path operator/(const std::string& name) const { return root_ / name; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    write_unpublished(root_ / name, text);
  }
  void wheel(const std::string& name, const std::string& version) const {
    write(name + "/lib/libtorch_cpu.so", "");
    write(name + "/lib/libc10.so", "");
    write(name + "/version.py", "from typing import Optional\n\n__all__ = ['__version__', 'debug']\n"
                                "__version__ = '" + version + "'\ndebug = False\n");
  }

 private:
  fs::path root_;
};

}  // namespace

TEST_CASE("LibTorch is found in a wheel's folder, its lib, and a virtual environment") {
  const Folders folders;
  folders.wheel("venv/lib/python3.11/site-packages/torch", "2.13.0+cpu");
  const fs::path torch = folders / "venv/lib/python3.11/site-packages/torch";
  const fs::path lib = fs::canonical(torch / "lib");
  CHECK(find_libtorch(torch) == lib);
  CHECK(find_libtorch(torch / "lib") == lib);
  CHECK(find_libtorch(folders / "venv") == lib);
}

TEST_CASE("where LibTorch was looked for is said") {
  const Folders folders;
  folders.write("some/lib/libc10.so", "");
  const std::string some = (folders / "some").string();
  CHECK_THROWS_WITH(find_libtorch(some),
                    "no LibTorch in " + some + ": libtorch_cpu.so and libc10.so are in none of\n  " +
                        some + "\n  " + some + "/lib\nName the folder 'torch' of an installed wheel "
                        "(python -c 'import torch; print(torch.__path__[0])'), its lib folder, or a "
                        "virtual environment that has it");
}

TEST_CASE("the version comes from a wheel's or an archive's file") {
  const Folders folders;
  folders.wheel("torch", "2.13.0+cpu");
  CHECK(libtorch_version(folders / "torch/lib") == "2.13.0+cpu");
  folders.write("archive/lib/libtorch_cpu.so", "");
  CHECK(libtorch_version(folders / "archive/lib").empty());
  folders.write("archive/build-version", "2.12.1+cu126\n");
  CHECK(libtorch_version(folders / "archive/lib") == "2.12.1+cu126");
}

TEST_CASE("the link is made, replaced, and left alone by another version") {
  const Folders folders;
  folders.wheel("old", "2.13.0+cpu");
  folders.wheel("new", "2.13.0+cpu");
  folders.wheel("other", "2.12.0+cpu");
  const fs::path link = folders / "prefix/lib/assay/torch";
  relink_libtorch(link, folders / "old", "2.13.0+cpu");
  CHECK(fs::canonical(link) == fs::canonical(folders / "old/lib"));
  relink_libtorch(link, folders / "new", "2.13.0+cpu");
  CHECK(fs::canonical(link) == fs::canonical(folders / "new/lib"));

  CHECK_THROWS_WITH(relink_libtorch(link, folders / "other", "2.13.0+cpu"),
                    fs::canonical(folders / "other/lib").string() +
                        " is LibTorch 2.12.0+cpu, but this Assay was built with 2.13.0+cpu. Name a "
                        "folder with that version, or build Assay again with this one");
  CHECK(fs::canonical(link) == fs::canonical(folders / "new/lib"));
  // Nothing is left beside the link.
  CHECK(std::distance(fs::directory_iterator(link.parent_path()), fs::directory_iterator()) == 1);
}

TEST_CASE("a dangling link is replaced, a folder in its place is not") {
  const Folders folders;
  folders.wheel("torch", "2.13.0+cpu");
  fs::create_directories(folders / "a");
  fs::create_directory_symlink(folders / "nowhere", folders / "a/torch");
  relink_libtorch(folders / "a/torch", folders / "torch", "2.13.0+cpu");
  CHECK(fs::exists(folders / "a/torch/libc10.so"));
  fs::create_directories(folders / "b/torch");
  CHECK_THROWS_WITH(relink_libtorch(folders / "b/torch", folders / "torch", "2.13.0+cpu"),
                    (folders / "b/torch").string() + " is not a symbolic link; remove it first");
}

TEST_CASE("a plugin folder that was named must be there") {
  const Folders folders;
  ::setenv("ASSAY_PLUGIN_PATH", (folders / "absent").c_str(), 1);
  CHECK(plugin_folders({}).front() == folders / "absent");
  ::unsetenv("ASSAY_PLUGIN_PATH");
  CHECK_THROWS_WITH(plugin_folders({folders / "absent"}),
                    "--plugin-dir " + (folders / "absent").string() + ": there is no such folder");
}
