// Loops compiled for several instruction sets; the loader picks the best one the processor has.
#pragma once

// Sanitizers instrument the resolvers' callers only, so the clones work under them too.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define ASSAY_VECTOR_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ASSAY_VECTOR_CLONES
#endif
