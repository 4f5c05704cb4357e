// Has the ABI section but not the entry point.
#include <assay/abi.h>

__attribute__((section(".assay_abi"), used, retain)) extern const assay::AbiBlock assay_abi_block;
constinit const assay::AbiBlock assay_abi_block = assay::this_abi();
