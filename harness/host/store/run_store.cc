#include "host/store/run_store.h"

#include "host/store/run_reader.h"

#include <assay/common/error.h>

#include <unistd.h>

namespace assay {

namespace {

// What a command leaves that was killed before it wrote run.json is still ours.
bool has_foreign_content(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const bool ours = name == "lock" || name == "tmp" || name == checkpoint_folder || name.rfind("run.json.tmp-", 0) == 0 ||
                      (name == "logs" && fs::is_empty(entry.path()));
    if (!ours) return true;
  }
  return false;
}

void remove_leftovers(const fs::path& folder) {
  fs::remove_all(folder / "tmp");
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().find(".tmp-") != std::string::npos) {
      fs::remove(entry.path());
    }
  }
}

}  // namespace

RunStore::RunStore(const fs::path& folder, bool fresh) : folder_(folder) {
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error(folder.string() + " is a file: name another folder with --out",
                ExitStatus::wrong_use);
  }
  make_folders(folder);
  if (!is_run(folder) && has_foreign_content(folder)) {
    throw Error(folder.string() +
                    " holds other files and is not a run: name a new or empty folder, "
                    "or an earlier run, with --out",
                ExitStatus::wrong_use);
  }
  lock_.emplace(folder / "lock", "the run " + folder.string());
  if (is_run(folder)) {
    previous_ = Json::parse(read_file(folder / "run.json"), nullptr, false);
    if (!previous_.is_object() || previous_.value("format", Json()) != "assay-run")
      previous_ = nullptr;
    // Of a later Assay: what it means is not known here, so it is not written over.
    const Json version = previous_.is_object() ? previous_.value("version", Json()) : Json();
    if (!fresh && version.is_number_integer() && version > run_version) {
      throw Error((folder / "run.json").string() + " has version " + version.dump() +
                      ", this assay writes version " + std::to_string(run_version) +
                      ": use the assay that wrote it, or another folder (--out), or "
                      "--fresh to begin anew",
                  ExitStatus::wrong_use);
    }
  }
  try {
    remove_leftovers(folder);
    if (fresh) {
      for (const char* part : {"cells", checkpoint_folder, "logs", "jobs.jsonl", "report.html", "report.md"}) {
        fs::remove_all(folder / part);
      }
      previous_ = nullptr;
    }
  } catch (const fs::filesystem_error& error) {
    throw Error("cannot clean the run " + folder.string() + ": " + error.code().message());
  }
  make_folders(folder / "tmp");
  make_folders(folder / "logs");
}

void RunStore::write_run_json(const Json& run) {
  write_file(folder_ / "run.json", run.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

fs::path RunStore::new_folder(const std::string& name) {
  const fs::path folder =
      folder_ / "tmp" /
      (path_name(name) + "." + std::to_string(::getpid()) + "." + std::to_string(++counter_));
  make_folders(folder);
  return folder;
}

void RunStore::publish_block(const fs::path& folder, const std::string& benchmark,
                             const std::string& method, const Seeds& block) {
  const fs::path place = folder_ / block_folder(benchmark, method, block);
  make_folders(place.parent_path());
  replace_folder(folder, place);
}

}  // namespace assay
