#include "CDygraphs.h"

// Of C23; the compiler that comes with Swift has it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char script[] = {
#embed "/usr/share/javascript/dygraphs/dygraph.min.js"
};
static const unsigned char licence[] = {
#embed "/usr/share/doc/libjs-dygraphs/copyright"
};

const unsigned char *const hd_dygraphs_script = script;
const size_t hd_dygraphs_script_size = sizeof script;
const unsigned char *const hd_dygraphs_licence = licence;
const size_t hd_dygraphs_licence_size = sizeof licence;
