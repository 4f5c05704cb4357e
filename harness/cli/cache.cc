// assay cache: what the stage cache holds, removing it, and why a key is what it is.
#include "cli/commands.h"
#include "host/cache/stage_cache.h"
#include "host/install/installation.h"
#include "host/plan/keys.h"
#include "host/store/block.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace assay::cli {

namespace {

std::string text_of(const Json& document, const char* key) {
  return document.is_object() ? document.value(key, "?") : "damaged";
}

std::string seeds_of(const Json& document) {
  if (!document.is_object()) return "-";
  return block_name(document.value("seeds", Json::array()).get<Seeds>());
}

std::string age(const StageEntry& entry) {
  const auto now = fs::file_time_type::clock::now();
  const double hours = std::chrono::duration<double, std::ratio<3600>>(now - entry.used).count();
  char text[32];
  std::snprintf(text, sizeof text, hours < 48 ? "%.1f h ago" : "%.0f days ago",
                hours < 48 ? hours : hours / 24);
  return text;
}

int list(bool json) {
  StageCache cache(cache_folder());
  Json documents = Json::array();
  std::uint64_t total = 0;
  for (const StageEntry& entry : cache.list()) {
    total += entry.bytes;
    if (json) {
      documents.push_back({{"key", entry.key}, {"family", text_of(entry.document, "family")},
                           {"stage", text_of(entry.document, "stage")},
                           {"seeds", entry.document.is_object() ? entry.document.value("seeds", Json())
                                                                : Json()},
                           {"bytes", entry.bytes}, {"created", text_of(entry.document, "created")}});
      continue;
    }
    std::printf("%s  %-16s %-14s seeds %-10s %9s  used %s\n", entry.key.c_str(),
                text_of(entry.document, "family").c_str(), text_of(entry.document, "stage").c_str(),
                seeds_of(entry.document).c_str(), bytes_text(entry.bytes).c_str(), age(entry).c_str());
  }
  if (json) {
    const Json all = {{"folder", cache_folder().string()}, {"limit", cache_limit()},
                      {"bytes", total}, {"stages", documents}};
    std::printf("%s\n", all.dump(2).c_str());
  } else {
    std::printf("%s: %s of at most %s (ASSAY_CACHE_LIMIT)\n", cache_folder().c_str(),
                bytes_text(total).c_str(), bytes_text(cache_limit()).c_str());
  }
  return 0;
}

// A key may be shortened as long as it names one entry.
const StageEntry& find_entry(const std::vector<StageEntry>& entries, const std::string& key) {
  const StageEntry* found = nullptr;
  std::vector<std::string> keys;
  for (const StageEntry& entry : entries) {
    keys.push_back(entry.key);
    if (key.empty() || entry.key.compare(0, key.size(), key) != 0) continue;
    if (found != nullptr) {
      throw Error("'" + key + "' begins several keys of the cache: give more of it",
                  ExitStatus::wrong_use);
    }
    found = &entry;
  }
  if (found == nullptr) {
    throw Error("the cache has no stage '" + key + "'" + did_you_mean(key, keys) +
                    "; `assay cache ls` shows what it has",
                ExitStatus::wrong_use);
  }
  return *found;
}

int remove(const std::vector<std::string>& keys, bool all) {
  if (keys.empty() && !all) {
    throw Error("name the keys to remove, or give --all", ExitStatus::wrong_use);
  }
  StageCache cache(cache_folder());
  const std::vector<StageEntry> entries = cache.list();
  std::vector<StageEntry> chosen;
  if (all) {
    chosen = entries;
  } else {
    for (const std::string& key : keys) chosen.push_back(find_entry(entries, key));
  }
  std::uint64_t freed = 0;
  std::size_t removed = 0, used = 0;
  for (const StageEntry& entry : chosen) {
    if (cache.remove(entry.key)) {
      ++removed;
      freed += entry.bytes;
    } else {
      ++used;
      std::fprintf(stderr, "assay: %s is in use by a run and stays\n", entry.key.c_str());
    }
  }
  std::printf("removed %zu %s, %s\n", removed, removed == 1 ? "stage" : "stages",
              bytes_text(freed).c_str());
  return static_cast<int>(used == 0 ? ExitStatus::done : ExitStatus::some_failed);
}

void print_components(const Json& components, const std::string& indent) {
  for (const auto& [name, value] : components.items()) {
    std::printf("%s%s: %s\n", indent.c_str(), name.c_str(),
                value.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  }
}

// The values below two components that differ, by path: "settings.weak.labels: 1000 / 500".
void print_differences(const Json& one, const Json& two, const std::string& path) {
  if (one == two) return;
  if (one.is_object() && two.is_object()) {
    Json names = one;
    names.update(two);
    for (const auto& [name, value] : names.items()) {
      print_differences(one.value(name, Json()), two.value(name, Json()),
                        path.empty() ? name : path + "." + name);
    }
    return;
  }
  std::printf("  %s: %s / %s\n", path.c_str(),
              one.dump(-1, ' ', false, Json::error_handler_t::replace).c_str(),
              two.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

int explain(const std::string& key, const std::string& other) {
  StageCache cache(cache_folder());
  const std::vector<StageEntry> entries = cache.list();
  const StageEntry& entry = find_entry(entries, key);
  if (!entry.document.is_object()) {
    throw Error("the stage.json of " + entry.key + " is damaged: `assay cache rm " + entry.key +
                "` removes it");
  }
  const Json components = entry.document.value("components", Json::object());
  const StageEntry* against = nullptr;
  if (!other.empty()) {
    against = &find_entry(entries, other);
  } else {
    // The newest other entry of the same stage and seeds: what this one would have been, but for ...
    for (const StageEntry& candidate : entries) {
      if (candidate.key == entry.key || !candidate.document.is_object()) continue;
      if (candidate.document.value("stage", "") != entry.document.value("stage", "") ||
          candidate.document.value("family", "") != entry.document.value("family", "")) {
        continue;
      }
      if (against == nullptr || candidate.document.value("created", "") >
                                    against->document.value("created", "")) {
        against = &candidate;
      }
    }
  }
  std::printf("%s is the hash of\n", entry.key.c_str());
  print_components(components, "  ");
  if (against == nullptr) {
    std::printf("there is no other entry of this stage to compare with\n");
    return 0;
  }
  if (!against->document.is_object()) {
    throw Error("the stage.json of " + against->key + " is damaged");
  }
  const Json others = against->document.value("components", Json::object());
  const std::vector<std::string> changed = changed_parts(components, others);
  std::printf("it differs from %s in %s\n", against->key.c_str(),
              changed.empty() ? "nothing" : join(changed, ", ").c_str());
  print_differences(components, others, "");
  return 0;
}

}  // namespace

void add_cache(CLI::App& app, Action& action) {
  struct Options {
    bool json = false, all = false;
    std::vector<std::string> keys;
    std::string key, other;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("cache", "The stages that runs share");
  command->require_subcommand(1);
  CLI::App* ls = command->add_subcommand("ls", "What is stored, last used first");
  ls->add_flag("--json", options->json, "Print one JSON document");
  ls->callback([options, &action] { action = [options] { return list(options->json); }; });
  CLI::App* rm = command->add_subcommand("rm", "Remove stages; none that a run is using");
  rm->add_option("key", options->keys, "Keys, or their beginnings")->type_name("KEY");
  rm->add_flag("--all", options->all, "Everything");
  rm->callback([options, &action] {
    action = [options] { return remove(options->keys, options->all); };
  });
  CLI::App* why = command->add_subcommand("explain", "What a key was made of, and what differs");
  why->add_option("key", options->key, "A key, or its beginning")->required()->type_name("KEY");
  why->add_option("other", options->other, "Another key (default: the newest of the same stage)")
      ->type_name("KEY");
  why->callback([options, &action] {
    action = [options] { return explain(options->key, options->other); };
  });
}

}  // namespace assay::cli
