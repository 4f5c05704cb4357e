#include "reports/panels/panels.h"

namespace assay::reports {

const FamilyPanels* panels_of(const std::string& family) {
  for (const FamilyPanels* panels : {
           &continual_panels,
           &debate_panels,
           &delta_panels,
           &unlearning_panels,
           &weak_to_strong_panels,
       }) {
    if (panels->family == family) return panels;
  }
  return nullptr;
}

}  // namespace assay::reports
