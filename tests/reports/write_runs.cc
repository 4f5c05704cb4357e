// write_runs FOLDER: every made-up run, each in a folder of its own below FOLDER, which must not
// exist.
#include "made_up_run.h"
#include "written_runs.h"

#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
  using namespace assay::reports::test;
  if (count != 2 || std::filesystem::exists(arguments[1])) {
    std::fprintf(stderr, "usage: write_runs FOLDER (which must not exist)\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  try {
    write_made_up_run(folder / "made-up");
    for (const RunSpec& spec :
         {big_run(), many_cells_run(), planned_run(), failures_run(), hostile_run(),
                                stream_run(), forget_run()}) {
      write_run(spec, folder / spec.name);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_runs: %s\n", error.what());
    return 1;
  }
  return 0;
}
