// Drawing over what is drawn: an element that stays is changed in place, so that neither the focus, nor a press that
// has begun, nor a recording that plays, nor a selection is lost to news of something else.

const HANDLERS = ["onclick", "onchange"];

/** Make `parent` hold `wanted`, fresh nodes. One with a `data-key` is the one that had it; any other, the one in its place. */
export function redraw(parent, ...wanted) {
  const fresh = byName(wanted);
  const kept = byName([...parent.childNodes]);
  for (const [name, node] of kept) if (!fresh.has(name)) node.remove();
  // What goes is gone already: who stays in order is never moved, for a move would lose the focus, too.
  let place = parent.firstChild;
  for (const [name, node] of fresh) {
    const old = kept.get(name);
    if (old === place && old) place = old.nextSibling;
    else parent.insertBefore(old ?? node, place);
    if (old) become(old, node);
  }
}

const byName = nodes => new Map(nodes.map((node, n) => [`${node.nodeName} ${node.dataset?.key ?? n}`, node]));

function become(old, node) {
  if (node.nodeType === Node.TEXT_NODE) {
    if (old.data !== node.data) old.data = node.data;
    return;
  }
  for (const name of old.getAttributeNames()) if (!node.hasAttribute(name)) old.removeAttribute(name);
  for (const name of node.getAttributeNames()) {
    // To set what is so already would load a sound anew.
    if (old.getAttribute(name) !== node.getAttribute(name)) old.setAttribute(name, node.getAttribute(name));
  }
  for (const name of HANDLERS) old[name] = node[name];
  if (node.nodeName === "INPUT") old.value = node.value;
  redraw(old, ...node.childNodes);
}
