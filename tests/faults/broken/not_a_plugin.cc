// A shared library that has nothing to do with Assay, in a plugin folder by mistake.
extern "C" int answer() { return 42; }
