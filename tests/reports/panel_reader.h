// What a report shows, block by block.
#pragma once

#include "made_up_run.h"
#include "reports/analysis/analysis.h"
#include "reports/model/document.h"
#include "reports/report.h"
#include "reports/writers/formats.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace assay::reports::test {

// Every block of a document, those folded away too, in reading order.
template <typename Content>
void gather(const std::vector<Block>& blocks, std::vector<Content>& found) {
  for (const Block& block : blocks) {
    if (const auto* content = std::get_if<Content>(&block.content)) found.push_back(*content);
    if (const auto* details = std::get_if<Details>(&block.content)) gather(details->blocks, found);
  }
}

template <typename Content>
std::vector<Content> all_of(const Document& document) {
  std::vector<Content> found;
  for (const Section& section : document.sections) gather(section.blocks, found);
  return found;
}

inline Document document_of(const RunSpec& spec) {
  const TemporaryFolder folder;
  write_run(spec, folder.path() / "run");
  return make_report(collect_results(load_run(folder.path() / "run"))).document;
}

template <typename Plot>
const Plot& named(const std::vector<Plot>& plots, const std::string& id) {
  const auto found =
      std::find_if(plots.begin(), plots.end(), [&](const Plot& plot) { return plot.id == id; });
  INFO(id);
  REQUIRE(found != plots.end());
  return *found;
}

inline const Table& captioned(const std::vector<Table>& tables, const std::string& beginning) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& table) {
    return table.caption.starts_with(beginning);
  });
  INFO(beginning);
  REQUIRE(found != tables.end());
  return *found;
}

template <typename Plot>
bool has(const std::vector<Plot>& plots, const std::string& title) {
  return std::any_of(plots.begin(), plots.end(),
                     [&](const Plot& plot) { return plot.title.find(title) != std::string::npos; });
}

}  // namespace assay::reports::test
