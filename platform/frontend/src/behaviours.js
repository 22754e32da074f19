// The registry: behave("[data-x]", attach) calls attach(element) once for each such element.
const behaviours = [];
const attached = new WeakMap();

export function behave(selector, attach) {
  behaviours.push({ selector, attach });
}

function attachOnce(element, behaviour) {
  const seen = attached.get(element) ?? new Set();
  if (seen.has(behaviour)) return;
  attached.set(element, seen.add(behaviour));
  behaviour.attach(element);
}

function scan(root) {
  for (const behaviour of behaviours) {
    if (root.matches?.(behaviour.selector)) attachOnce(root, behaviour);
    for (const element of root.querySelectorAll(behaviour.selector)) attachOnce(element, behaviour);
  }
}

export function start() {
  behave("[data-needs-script]", (element) => (element.hidden = false));
  behave("[data-focus]", (element) => element.focus());
  scan(document);
  document.addEventListener("htmx:after:process", (event) => scan(event.target));
}

export function setCookie(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
