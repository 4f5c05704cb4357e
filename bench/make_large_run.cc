// make_large_run FOLDER: writes FOLDER/large.toml and FOLDER/run, the finished run of it. A program of
// its own, so that the one that measures the command's memory stays small: Linux counts the memory of
// the process that starts another into the other's peak.
#include "bench/support/large_suite.h"

#include <assay/common/files.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_large_run FOLDER\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    assay::write_file(folder / "large.toml", assay::bench::large_suite_text());
    assay::bench::write_large_run(assay::bench::large_suite(assay::bench::installed_catalogue()),
                                  folder / "run");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_large_run: %s\n", error.what());
    return 1;
  }
}
