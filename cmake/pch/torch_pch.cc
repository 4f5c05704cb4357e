// Owns the precompiled header of LibTorch that other targets reuse; it has no content of its own.
