// Words of a page in the reader's language: elements say `data-word="name"`, scripts call `word("name")`.

/** Each by its own name. */
const LANGUAGES = { zh: "中文", en: "English" };

/** The language chosen here before, else the browser's, else English. */
export function language() {
  const chosen = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("language");
  if (Object.hasOwn(LANGUAGES, chosen)) return chosen;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

/** `table` maps a name to its words, `{zh, en}`. Gives `word(name, values)`, which fills `{value}` in. */
export function words(table) {
  let now = language();
  const word = (name, values = {}) =>
    (table[name]?.[now] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

  function show() {
    document.documentElement.lang = now;
    for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
    for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = word(element.dataset.hint);
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", word(element.dataset.label));
    }
  }

  /** Have a button choose the other language; `changed` draws what scripts wrote. */
  function chosenBy(button, changed) {
    const label = () => {
      const [other] = Object.keys(LANGUAGES).filter(each => each !== now);
      button.textContent = LANGUAGES[other];
      button.lang = other;
    };
    button.onclick = () => {
      now = button.lang;
      localStorage.setItem("language", now);
      show();
      label();
      changed();
    };
    label();
  }

  show();
  return { word, chosenBy, language: () => now };
}
