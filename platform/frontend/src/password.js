// A password can be shown while one types it.
import { behave } from "./behaviours.js";

behave("[data-password]", (field) => {
  const input = field.querySelector("input");
  const button = field.querySelector("[data-password-switch]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
});
