// Native dialogs: they hold the focus and give it back. A form with data-confirm asks first.
import { behave } from "./behaviours.js";

behave("[data-dialog-open]", (opener) => {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.dialogOpen).showModal());
});

behave("dialog[data-dialog]", (dialog) => {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
});

export function confirmed(text, label, danger) {
  const dialog = document.getElementById("confirm-dialog");
  const yes = dialog.querySelector("[data-confirm-yes]");
  dialog.querySelector("[data-confirm-text]").textContent = text;
  if (label) yes.textContent = label;
  yes.classList.toggle("btn-danger", danger);
  yes.classList.toggle("btn-primary", !danger);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

behave("form[data-confirm]", (form) => {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { confirm, confirmLabel, confirmKind } = form.dataset;
    if (!(await confirmed(confirm, confirmLabel, confirmKind === "danger"))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
    delete form.dataset.confirmed;
  });
});

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  confirmed(ctx.confirm, null, false).then((yes) => (yes ? issueRequest() : dropRequest()));
});
