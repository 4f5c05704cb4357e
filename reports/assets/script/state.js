// What the reader has chosen, and its address: "#b=mixup&m=ece" holds only what differs from the
// defaults, so that a link to a view stays short.
(function () {
  const choices = new Map();  // by key: text, "" for the default
  const listeners = [];

  // A link that was cut off in the middle of a character gives nothing; the rest of it still counts.
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch (damaged) {
      return "";
    }
  }

  function read() {
    const text = location.hash.slice(1);
    // A link to a section has no "=".
    if (!text.includes("=")) return;
    text.split("&").forEach((part) => {
      const at = part.indexOf("=");
      if (at > 0) choices.set(part.slice(0, at), decoded(part.slice(at + 1)));
    });
  }

  function write() {
    // Commas are harmless there, and are what lists have.
    const parts = Array.from(choices.keys()).sort().filter((key) => choices.get(key) !== "")
      .map((key) => key + "=" + encodeURIComponent(choices.get(key)).replace(/%2C/g, ","));
    const address = parts.length === 0 ? location.pathname + location.search : "#" + parts.join("&");
    try {
      history.replaceState(null, "", address);
    } catch (refused) {
      // A viewer that forbids it: the choice holds, only its address is not shown.
    }
  }

  const tell = () => listeners.forEach((listener) => listener());

  assay.state = {
    get: (key) => choices.get(key) || "",
    // Of a list: the items, which are encoded one by one since a name may have a comma.
    list: (key) => (choices.get(key) ? choices.get(key).split(",").map(decoded) : []),
    // Several at once: {key: text or list}.
    set(changes) {
      Object.entries(changes).forEach(([key, value]) =>
        choices.set(key, Array.isArray(value) ? value.map(encodeURIComponent).join(",") : value));
      write();
      tell();
    },
    listen: (listener) => listeners.push(listener),
    start() {
      choices.clear();
      read();
      tell();
    },
  };

  window.addEventListener("hashchange", () => {
    if (location.hash.includes("=")) assay.state.start();
  });
})();
