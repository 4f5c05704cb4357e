#include "host/install/libtorch.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <regex>
#include <unistd.h>
#include <vector>

namespace assay {

namespace {

bool has_libraries(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "libtorch_cpu.so", ignored) && fs::exists(folder / "libc10.so", ignored);
}

// Where the libraries may be in a folder that somebody names.
std::vector<fs::path> candidates(const fs::path& folder) {
  std::vector<fs::path> places = {folder, folder / "lib"};
  std::error_code ignored;
  for (const char* lib : {"lib", "lib64"}) {
    for (fs::directory_iterator entry(folder / lib, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
      if (entry->path().filename().string().rfind("python", 0) == 0) {
        places.push_back(entry->path() / "site-packages" / "torch" / "lib");
      }
    }
  }
  return places;
}

}  // namespace

fs::path find_libtorch(const fs::path& folder) {
  std::string looked;
  for (const fs::path& place : candidates(folder)) {
    if (has_libraries(place)) return fs::canonical(place);
    looked += "\n  " + place.string();
  }
  throw Error("no LibTorch in " + folder.string() + ": libtorch_cpu.so and libc10.so are in none of" +
                  looked + "\nName the folder 'torch' of an installed wheel (python -c 'import torch; "
                  "print(torch.__path__[0])'), its lib folder, or a virtual environment that has it",
              ExitStatus::wrong_use);
}

std::string libtorch_version(const fs::path& libraries) {
  std::error_code ignored;
  const fs::path root = fs::canonical(libraries, ignored).parent_path();
  std::smatch match;
  if (fs::exists(root / "version.py", ignored)) {  // a wheel
    const std::string text = read_file(root / "version.py");
    static const std::regex line(R"((?:^|\n)__version__[^=\n]*=\s*['"]([^'"\n]+)['"])");
    if (std::regex_search(text, match, line)) return match[1];
  }
  if (fs::exists(root / "build-version", ignored)) {  // an archive
    const std::string text = read_file(root / "build-version");
    return text.substr(0, text.find_first_of(" \r\n"));
  }
  return "";
}

void relink_libtorch(const fs::path& link, const fs::path& folder, const std::string& version) {
  const fs::path libraries = find_libtorch(folder);
  const std::string found = libtorch_version(libraries);
  if (found != version) {
    throw Error(libraries.string() + " is LibTorch " + (found.empty() ? "of unknown version" : found) +
                    ", but this Assay was built with " + version +
                    ". Name a folder with that version, or build Assay again with this one",
                ExitStatus::wrong_use);
  }
  std::error_code failure;
  if (fs::exists(fs::symlink_status(link)) && !fs::is_symlink(link)) {
    throw Error(link.string() + " is not a symbolic link; remove it first");
  }
  const fs::path beside = link.string() + ".new-" + std::to_string(::getpid());
  fs::create_directories(link.parent_path(), failure);
  if (!failure) fs::create_directory_symlink(libraries, beside, failure);
  if (!failure) fs::rename(beside, link, failure);
  if (!failure) return;
  std::error_code ignored;
  fs::remove(beside, ignored);
  throw Error("cannot replace the link " + link.string() + ": " + failure.message());
}

}  // namespace assay
