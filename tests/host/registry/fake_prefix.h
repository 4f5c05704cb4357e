// A prefix whose worker is a shell script: the registry without LibTorch, and as slow, wrong or dead as
// a test wants it.
#pragma once

#include <assay/common/files.h>

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace assay {

class FakePrefix {
 public:
  FakePrefix() {
    std::string pattern = (fs::temp_directory_path() / "assay-registry-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    for (const char* folder : {"bin", "lib/assay/plugins", "more"}) fs::create_directories(path_ / folder);
    ::setenv("ASSAY_PREFIX", path_.c_str(), 1);
    ::setenv("ASSAY_CACHE", (path_ / "cache").c_str(), 1);
    write("lib/libassay.so", "library 1");
  }
  ~FakePrefix() {
    ::unsetenv("ASSAY_PREFIX");
    ::unsetenv("ASSAY_CACHE");
    fs::remove_all(path_);
  }
  FakePrefix(const FakePrefix&) = delete;
  FakePrefix& operator=(const FakePrefix&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  fs::path write(const std::string& name, const std::string& text) const {
    write_unpublished(path_ / name, text);
    return path_ / name;
  }

  /// The worker counts its calls. It answers --families and --expand with the given documents, and a
  /// plugin file is a shell script that it runs to describe it.
  void worker(const std::string& families, const std::string& expansions = "[]") const {
    write("bin/assay-worker", R"(#!/bin/sh
echo "$1" >> ')" + (path_ / "calls").string() + R"('
case "$1" in
  --families) echo ')" + families + R"(' ;;
  --expand) cat > ')" + (path_ / "question").string() + R"('; echo ')" + expansions + R"(' ;;
  --describe-all) shift; for file in "$@"; do FILE="$file"; . "$file"; done ;;
esac
)");
    fs::permissions(path_ / "bin/assay-worker", fs::perms::owner_all);
  }
  /// The worker's calls so far, one letter each: F(amilies), E(xpand), D(escribe).
  std::string calls() const {
    std::string letters;
    if (!fs::exists(path_ / "calls")) return letters;
    const std::string text = read_file(path_ / "calls");
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
      if (text[i] == '-' && text[i + 1] == '-') letters += static_cast<char>(text[i + 2] - 'a' + 'A');
    }
    return letters;
  }

 private:
  fs::path path_;
};

/// A plugin that describes itself as one with the method `id`.
inline std::string good_plugin(const std::string& id) {
  return R"(echo "{\"file\":\"$FILE\",\"name\":\")" + id +
         R"(\",\"version\":\"1\",\"abi\":{},\"methods\":[{\"id\":\")" + id +
         R"(\",\"family\":\"f\"}]}"
)";
}

}  // namespace assay
