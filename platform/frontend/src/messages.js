// Messages stay until they are closed; good news leaves by itself after ten seconds.
import { behave } from "./behaviours.js";

const SHOWN = 10_000;

export function showMessage(content) {
  document.getElementById("messages")?.append(content);
}

behave("[data-toast-close]", (button) => {
  button.addEventListener("click", () => button.closest("[data-toast]").remove());
});

behave("[data-toast]", (message) => {
  if (message.classList.contains("notice-danger") || message.classList.contains("notice-warning")) return;
  const leave = () => (message.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN) : message.remove());
  setTimeout(leave, SHOWN);
});
