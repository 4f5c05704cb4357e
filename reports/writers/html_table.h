// Text and tables of HTML reports.
#pragma once

#include "reports/model/document.h"
#include "reports/writers/markup.h"

namespace assay::reports {

void write_text(Markup& markup, const Text& text);
/// In a container of its own that scrolls, so that a wide table does not widen the page.
void write_table(Markup& markup, const Table& table);
/// The style sheet's class for a tone, which adds its sign; "" for none.
const char* tone_class(Tone tone);

}  // namespace assay::reports
