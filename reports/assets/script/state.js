// What the reader has chosen, and its address: "#b=mixup&m=ece" holds only what differs from the
// defaults, so that a link to a view stays short.
(function () {
  const choices = {};   // by key: text, "" for the default
  const listeners = [];

  function read() {
    const text = location.hash.slice(1);
    const read = {};
    // A link to a section has no "=".
    if (!text.includes("=")) return read;
    text.split("&").forEach((part) => {
      const at = part.indexOf("=");
      if (at < 1) return;
      try {
        read[part.slice(0, at)] = decodeURIComponent(part.slice(at + 1));
      } catch (damaged) {
        // A link that was cut off in the middle of a character: the rest of it still counts.
      }
    });
    return read;
  }

  function write() {
    // Commas and parentheses are harmless there, and are what lists and names of variants have.
    const parts = Object.keys(choices).sort().filter((key) => choices[key] !== "")
      .map((key) => key + "=" + encodeURIComponent(choices[key]).replace(/%2C/g, ","));
    const address = parts.length === 0 ? location.pathname + location.search : "#" + parts.join("&");
    try {
      history.replaceState(null, "", address);
    } catch (refused) {
      // A viewer that forbids it: the choice holds, only its address is not shown.
    }
  }

  const tell = () => listeners.forEach((listener) => listener());

  assay.state = {
    get: (key) => choices[key] || "",
    // Of a list: the items, which are encoded one by one since a name may have a comma.
    list: (key) => (choices[key] ? choices[key].split(",").map(decodeURIComponent) : []),
    set(key, value) {
      choices[key] = Array.isArray(value) ? value.map(encodeURIComponent).join(",") : value;
      write();
      tell();
    },
    clear() {
      Object.keys(choices).forEach((key) => delete choices[key]);
      write();
      tell();
    },
    listen: (listener) => listeners.push(listener),
    start() {
      Object.assign(choices, read());
      tell();
    },
  };

  window.addEventListener("hashchange", () => {
    if (!location.hash.includes("=")) return;
    Object.keys(choices).forEach((key) => delete choices[key]);
    assay.state.start();
  });
})();
