// Each htmx request that changes something carries the CSRF token (htmx 4 inherits no header by
// itself); a request that gets no answer says so.
import { showMessage } from "./messages.js";

document.addEventListener("htmx:config:request", (event) => {
  const request = event.detail.ctx.request;
  if (["GET", "HEAD"].includes(request.method.toUpperCase())) return;
  request.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) throw event.detail.error;
  showMessage(document.getElementById("failed-request").content.cloneNode(true));
});
