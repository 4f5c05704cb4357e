// Has the ABI section but not the entry point.
#include <assay/abi.h>

extern const assay::AbiBlock assay_abi_block;
__attribute__((section(".assay_abi"), used, retain)) constinit const assay::AbiBlock
    assay_abi_block = assay::this_abi();
