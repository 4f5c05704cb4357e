// Last: what the address asks for.
assay.state.start();
